-- Applies a batch to one shard of the profiles (keys: see keys.py).
-- Operations, four arguments each: position, what, a key's name behind the tag, a value.
--   set     the key gets the value
--   drop    the key goes
--   insert  the number goes to its place in the descending list, unless it is there
--   remove  the number leaves the list
-- A long list takes long to search: the budget counts that too, and ends the call between two
-- events (an event may mean two operations).
local SCANNED_PER_UNIT = 200
local budget = tonumber(ARGV[5])

local function insert(list, number)
    local index = first_below(list, tonumber(number))
    if index > 0 and redis.call('LINDEX', list, index - 1) == number then
        return
    end
    local pivot = redis.call('LINDEX', list, index)
    if index == 0 then
        redis.call('LPUSH', list, number)
    elseif not pivot then
        redis.call('RPUSH', list, number)
    else
        redis.call('LINSERT', list, 'BEFORE', pivot, number)
    end
end

local done, spent = tonumber(ARGV[1]), 0
for i = FIRST_OPERATION, #ARGV, 4 do
    local position, what = tonumber(ARGV[i]), ARGV[i + 1]
    local key, value = tag .. ARGV[i + 2], ARGV[i + 3]
    if position ~= done and spent >= budget and i > FIRST_OPERATION then
        return move_checkpoint(done, 0)
    end
    spent = spent + 1
    if what == 'set' then
        redis.call('SET', key, value)
    elseif what == 'drop' then
        redis.call('DEL', key)
    else
        spent = spent + redis.call('LLEN', key) / SCANNED_PER_UNIT
        if what == 'insert' then
            insert(key, value)
        else
            redis.call('LREM', key, 1, value)
        end
    end
    done = position
end
return move_checkpoint(tonumber(ARGV[3]), 0)
