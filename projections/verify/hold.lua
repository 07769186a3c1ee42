-- Holds a shard for a moment, so that it can be compared and mended while it stands still.
-- KEYS[1]: the shard's checkpoint.  ARGV[1]: for how many milliseconds.
-- A shard that rests, or is held for a switch, is held already and left as it is.
local now = redis.call('TIME')
local until_ms = tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000) + ARGV[1]
local held_until = tonumber(redis.call('HGET', KEYS[1], 'held_until') or 0)
if held_until < until_ms then
    redis.call('HSET', KEYS[1], 'held_until', string.format('%d', until_ms))
end
return 1
