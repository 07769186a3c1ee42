-- Takes the mark from a shard that was filled from nothing, if it has come as far as it has to.
-- KEYS[1]: the shard's checkpoint.  ARGV[1]: that position.
-- Returns 1 if it was marked and is for reading from now on, else 0.
if tonumber(redis.call('HGET', KEYS[1], 'position') or -1) < tonumber(ARGV[1]) then
    return 0
end
return redis.call('HDEL', KEYS[1], 'filling')
