-- Appends entries to the stream, all or none: only if the stream still ends where the relay
-- thinks it does, and carries the same epoch. Redis itself refuses an id that is not above the
-- last one; this check comes first so that nothing is written half.
-- KEYS: stream, epoch.  ARGV: epoch, expected last position, then for each entry
-- position, prev, originator id, topic, state, traceparent (mostly empty). Never anything that has to
-- be forgotten: what XDEL takes out of a stream stands in its memory, and in every copy of that, until
-- the whole node around it is trimmed.
-- Returns the stream's last position, or -1 on another epoch.
local stream, epoch_key = KEYS[1], KEYS[2]
local epoch, expected = ARGV[1], tonumber(ARGV[2])

if redis.call('GET', epoch_key) ~= epoch then
    return -1
end

local last = 0
if redis.call('EXISTS', stream) == 1 then
    local info = redis.call('XINFO', 'STREAM', stream)
    for i = 1, #info, 2 do
        if info[i] == 'last-generated-id' then
            last = tonumber(string.match(info[i + 1], '^%d+'))
        end
    end
end
if last ~= expected then
    return last
end

for i = 3, #ARGV, 6 do
    local fields = { 'prev', ARGV[i + 1], 'id', ARGV[i + 2], 'topic', ARGV[i + 3], 'state', ARGV[i + 4] }
    if ARGV[i + 5] ~= '' then
        fields[9], fields[10] = 'traceparent', ARGV[i + 5]
    end
    redis.call('XADD', stream, ARGV[i] .. '-0', unpack(fields))
    last = tonumber(ARGV[i])
end
return last
