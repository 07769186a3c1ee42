-- Puts a checkpoint that cannot be right to a position of the log, and ends whatever holds it.
-- KEYS: the shard's checkpoint, the registry of its projection's generations.
-- ARGV: the position it was seen at, the right position, the generation's number.
-- Returns 1 if it was done; 0 if the checkpoint has moved since, or another generation is active.
if redis.call('HGET', KEYS[1], 'position') ~= ARGV[1]
    or redis.call('HGET', KEYS[2], 'active') ~= ARGV[3] then
    return 0
end
redis.call('HSET', KEYS[1], 'position', ARGV[2], 'place', 0)
redis.call('HDEL', KEYS[1], 'held_until')
return 1
