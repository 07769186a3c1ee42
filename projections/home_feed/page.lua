-- A page of one window, newest first, with the checkpoint and horizon it holds for.
-- KEYS[1]: the shard's checkpoint.  ARGV: windows, horizons (see keys.py), owner, bound
-- (entries below it; 0: from the top), count.
-- Returns the checkpoint's position, held_until and filling (nil where there is none), the
-- horizon, and the entries.
local checkpoint_key = KEYS[1]
local tag = string.match(checkpoint_key, '^{.-}')
local checkpoint = redis.call('HMGET', checkpoint_key, 'position', 'held_until', 'filling')
local horizon = redis.call('HGET', tag .. ARGV[2], ARGV[3]) or '0'
local list = tag .. ARGV[1] .. ARGV[3]
return { checkpoint, horizon, entries_below(list, tonumber(ARGV[4]), tonumber(ARGV[5])) }
