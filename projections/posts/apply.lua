-- Applies a batch to one shard of the posts (keys: see keys.py).
-- Operations, two arguments each: a key's name behind the tag, and its value; an empty value
-- removes the key.
for i = FIRST_OPERATION, #ARGV, 2 do
    if ARGV[i + 1] == '' then
        redis.call('DEL', tag .. ARGV[i])
    else
        redis.call('SET', tag .. ARGV[i], ARGV[i + 1])
    end
end
return move_checkpoint(tonumber(ARGV[3]), 0)
