-- A page of a person's followers or followees, newest members first.
-- KEYS[1]: the shard's checkpoint.  ARGV: which people (see keys.py), person, bound, count.
-- Returns position, numbers; nothing if the shard has no checkpoint.
local checkpoint_key = KEYS[1]
local tag = string.match(checkpoint_key, '^{.-}')
local position = redis.call('HGET', checkpoint_key, 'position')
if not position then
    return false
end
local list = tag .. ARGV[1] .. ARGV[2]
return { position, entries_below(list, tonumber(ARGV[3]), tonumber(ARGV[4])) }
