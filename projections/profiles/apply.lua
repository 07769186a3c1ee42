-- Applies a batch to one shard of the profiles (keys: see keys.py).
-- Operations, three arguments each: what, a key's name behind the tag, a value.
--   set     the key gets the value
--   insert  the number goes to its place in the descending list
--   remove  the number leaves the list
local function insert(list, number)
    local index = first_below(list, tonumber(number))
    local pivot = redis.call('LINDEX', list, index)
    if index == 0 then
        redis.call('LPUSH', list, number)
    elseif not pivot then
        redis.call('RPUSH', list, number)
    else
        redis.call('LINSERT', list, 'BEFORE', pivot, number)
    end
end

for i = FIRST_OPERATION, #ARGV, 3 do
    local what, key, value = ARGV[i], tag .. ARGV[i + 1], ARGV[i + 2]
    if what == 'set' then
        redis.call('SET', key, value)
    elseif what == 'insert' then
        insert(key, value)
    else
        redis.call('LREM', key, 1, value)
    end
end
return move_checkpoint(tonumber(ARGV[3]), 0)
