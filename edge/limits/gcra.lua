-- One call that counts for several keys (edge/limits/rate.py): all of them, or none.
-- KEYS: whose arrival times.  ARGV, for each key: interval and how far ahead it may be, both in
-- microseconds.
-- Returns, for each key, microseconds to wait (0: it may come) and the arrival time from now on.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local next_arrivals, answer, late = {}, {}, false
for i, key in ipairs(KEYS) do
    local interval, ahead_max = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
    local arrival = math.max(tonumber(redis.call('GET', key) or 0), now)
    next_arrivals[i] = arrival + interval
    local wait = math.max(0, next_arrivals[i] - now - ahead_max)
    late = late or wait > 0
    answer[2 * i - 1], answer[2 * i] = wait, arrival - now
end
if not late then
    for i, key in ipairs(KEYS) do
        answer[2 * i] = next_arrivals[i] - now
        redis.call('SET', key, string.format('%.0f', next_arrivals[i]), 'PX', math.ceil(answer[2 * i] / 1000))
    end
end
return answer
