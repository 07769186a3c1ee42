-- Writes what history says into a shard, if the shard still stands where it was compared, and no
-- feed went cold or warm meanwhile.
-- KEYS[1]: the shard's checkpoint.
-- ARGV: position, the count of turns, the time of a shard that rests, then commands: name, key behind
-- the tag, count of arguments, arguments.
-- Returns 1 if it was done; 0 if the shard stands elsewhere. It ends the hold.
local checkpoint_key = KEYS[1]
local tag = string.match(checkpoint_key, '^{.-}')

local found = redis.call('HMGET', checkpoint_key, 'position', 'place', 'held_until', 'turning', 'turns')
if found[1] ~= ARGV[1] or tonumber(found[2] or 0) ~= 0 then
    return 0
end
if found[4] or tonumber(found[5] or 0) ~= tonumber(ARGV[2]) then
    return 0
end
local i = 4
while i <= #ARGV do
    local count = tonumber(ARGV[i + 2])
    redis.call(ARGV[i], tag .. ARGV[i + 1], unpack(ARGV, i + 3, i + 2 + count))
    i = i + 3 + count
end
if found[3] and found[3] ~= ARGV[3] then
    redis.call('HDEL', checkpoint_key, 'held_until')
end
return 1
