-- A page of one window, newest first, with the checkpoint and horizon it holds for.
-- KEYS[1]: the shard's checkpoint.  ARGV: windows, horizons (see keys.py), owner, bound
-- (entries below it; 0: from the top), count.
-- Returns position, horizon, entries; nothing if the shard has no checkpoint.
local checkpoint_key = KEYS[1]
local tag = string.match(checkpoint_key, '^{.-}')
local position = redis.call('HGET', checkpoint_key, 'position')
if not position then
    return false
end
local horizon = redis.call('HGET', tag .. ARGV[2], ARGV[3]) or '0'
local list = tag .. ARGV[1] .. ARGV[3]
return { position, horizon, entries_below(list, tonumber(ARGV[4]), tonumber(ARGV[5])) }
