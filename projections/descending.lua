-- For lists of integers in descending order.

-- The index of the first entry below the bound; the length of the list if there is none.
local function first_below(list, bound)
    local low, high = 0, redis.call('LLEN', list)
    while low < high do
        local middle = math.floor((low + high) / 2)
        if tonumber(redis.call('LINDEX', list, middle)) < bound then
            high = middle
        else
            low = middle + 1
        end
    end
    return low
end

-- At most `count` entries below the bound (0: from the top), newest first.
local function entries_below(list, bound, count)
    local start = 0
    if bound > 0 then
        start = first_below(list, bound)
    end
    return redis.call('LRANGE', list, start, start + count - 1)
end
