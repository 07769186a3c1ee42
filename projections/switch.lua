-- Lets a new generation take over from the active one, at one instant.
-- KEYS: the registry; the checkpoints of the old generation's shards; those of the new one's.
-- ARGV: old number, new number, how many shards the old one has, how long to hold it (ms), the
-- time that stands for ever; the registry's entry for the new one from then on.
-- Returns 1 and the furthest checkpoint of the old one if the switch is done; 0 and that
-- checkpoint if a shard of the new one is behind it: the old one is then held for that time, so
-- that the new one can come up to it; -1 if the old one is not the
-- active one (any more), or the new one not in the registry.
local registry, shards = KEYS[1], tonumber(ARGV[3])

if redis.call('HGET', registry, 'active') ~= ARGV[1]
    or redis.call('HEXISTS', registry, ARGV[2]) == 0 then
    return { -1, 0, 0 }
end

local ahead_position, ahead_place = 0, 0
for i = 2, 1 + shards do
    local found = redis.call('HMGET', KEYS[i], 'position', 'place')
    local position, place = tonumber(found[1] or 0), tonumber(found[2] or 0)
    if position > ahead_position then
        ahead_position, ahead_place = position, place
    elseif position == ahead_position then
        ahead_place = math.max(ahead_place, place)
    end
end

-- In the middle of an event a feed may show it already: the new one must then be past it.
local behind = false
for i = 2 + shards, #KEYS do
    local position = tonumber(redis.call('HGET', KEYS[i], 'position') or -1)
    if position < ahead_position or (position == ahead_position and ahead_place > 0) then
        behind = true
    end
end

if behind then
    local now = redis.call('TIME')
    local held_until = tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000) + ARGV[4]
    for i = 2, 1 + shards do
        redis.call('HSET', KEYS[i], 'held_until', string.format('%d', held_until))
    end
    return { 0, ahead_position, ahead_place }
end
for i = 2, 1 + shards do
    redis.call('HSET', KEYS[i], 'held_until', ARGV[5])
end
for i = 2 + shards, #KEYS do
    redis.call('HDEL', KEYS[i], 'held_until')
end
redis.call('HSET', registry, 'active', ARGV[2], ARGV[2], ARGV[6])
return { 1, ahead_position, ahead_place }
