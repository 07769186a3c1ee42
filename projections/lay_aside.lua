-- Changes the registry's entry of a generation that is not active.
-- KEYS: the registry, then the checkpoints of its shards.
-- ARGV: number, the entry, the time until which its shards are held.
-- Returns 0 if the generation is the active one: nothing is changed then.
if redis.call('HGET', KEYS[1], 'active') == ARGV[1] then
    return 0
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
for i = 2, #KEYS do
    if redis.call('HEXISTS', KEYS[i], 'position') == 1 then
        redis.call('HSET', KEYS[i], 'held_until', ARGV[3])
    end
end
return 1
