-- Holds a shard for a moment, so that it can be compared and mended while it stands still.
-- KEYS[1]: the shard's checkpoint.  ARGV[1]: for how many milliseconds.
-- A shard that rests, or is held for a switch, is held already and left as it is.
-- Returns 0 if there is no checkpoint, or it is inside an event, or a feed is in the middle of going
-- cold or warm: that has to end first.
local found = redis.call('HMGET', KEYS[1], 'position', 'place', 'held_until', 'turning')
if not found[1] or tonumber(found[2] or 0) ~= 0 or found[4] then
    return 0
end
local now = redis.call('TIME')
local until_ms = tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000) + ARGV[1]
if tonumber(found[3] or 0) < until_ms then
    redis.call('HSET', KEYS[1], 'held_until', string.format('%d', until_ms))
end
return 1
