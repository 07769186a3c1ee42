-- One heartbeat: says that a member is alive, drops those whose time ran out.
-- KEYS[1]: the group, a sorted set of members by the time (ms) at which they count as gone.
-- ARGV: member, how long it counts as alive from now (ms; 0: it leaves).
-- Returns every member that is alive, oldest first (names begin with the time of joining).
local now = redis.call('TIME')
local now_ms = now[1] * 1000 + math.floor(now[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now_ms)
if tonumber(ARGV[2]) > 0 then
    redis.call('ZADD', KEYS[1], now_ms + tonumber(ARGV[2]), ARGV[1])
else
    redis.call('ZREM', KEYS[1], ARGV[1])
end
local members = redis.call('ZRANGE', KEYS[1], 0, -1)
table.sort(members)
return members
