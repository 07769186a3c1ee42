-- Stands before every script that applies a batch to a shard.
-- KEYS[1]: the shard's checkpoint.
-- ARGV: expected position, expected place, the position after the whole batch, the window
-- length, the work that one call may do, with how many followers in the shard an author becomes
-- great, with how many they cease to be, 1 if feeds can go cold, how long the list of a window may
-- become; the operations follow from FIRST_OPERATION on.
-- A shard that does not stand where the worker thinks it does is left alone: so a second worker,
-- a retry after a lost reply or a zombie changes nothing. So is one that is held, because its
-- generation is about to be, or has been, replaced; and one in which a feed is in the middle of
-- going cold or warm: that is finished first, as of the position where it began.
local checkpoint_key = KEYS[1]
local tag = string.match(checkpoint_key, '^{.-}')
local FIRST_OPERATION = 10

local function move_checkpoint(position, place)
    redis.call('HSET', checkpoint_key, 'position', position, 'place', place)
    return { 1, position, place }
end

local function is_in_the_future(time_ms)
    local now = redis.call('TIME')
    return time_ms > tonumber(now[1]) * 1000 + tonumber(now[2]) / 1000
end

do
    local found = redis.call('HMGET', checkpoint_key, 'position', 'place', 'held_until', 'turning')
    local position, place = tonumber(found[1] or 0), tonumber(found[2] or 0)
    if position ~= tonumber(ARGV[1]) or place ~= tonumber(ARGV[2]) or found[4] then
        return { 0, position, place }
    end
    if found[3] then
        if is_in_the_future(tonumber(found[3])) then
            return { 0, position, place }
        end
        redis.call('HDEL', checkpoint_key, 'held_until') -- readers look twice while it is there
    end
    if not found[1] then
        -- It begins with nothing, and there is a log already: nobody reads it before it has once
        -- come up to the log's end (see refill.py).
        redis.call('HSET', checkpoint_key, 'filling', 1)
    end
end
