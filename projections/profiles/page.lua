-- A page of a person's followers or followees, newest members first.
-- KEYS[1]: the shard's checkpoint.  ARGV: which people (see keys.py), person, bound, count.
-- Returns the checkpoint's position, held_until and filling (nil where there is none), and the
-- numbers.
local checkpoint_key = KEYS[1]
local tag = string.match(checkpoint_key, '^{.-}')
local checkpoint = redis.call('HMGET', checkpoint_key, 'position', 'held_until', 'filling')
local list = tag .. ARGV[1] .. ARGV[2]
return { checkpoint, entries_below(list, tonumber(ARGV[3]), tonumber(ARGV[4])) }
