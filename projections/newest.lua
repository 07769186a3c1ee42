-- For lists of integers in descending order that have no entry in common.

local READ_FIRST = 8 -- of each list; most have nothing among the newest, or little
local READ_MAX = 128 -- at once

-- Gathers the newest entries of many lists, at most `count`. Of each list hardly more is read than
-- what is newer than the oldest one that is among them so far.
local function newest_of_many(count)
    local found, floor, read = {}, 0, 0

    local function cut()
        table.sort(found)
        local kept, first = {}, math.max(1, #found - count + 1)
        for i = first, #found do
            kept[#kept + 1] = found[i]
        end
        found = kept
        if #found == count then
            floor = found[1]
        end
    end

    -- From this index of the list on, as far as the entries are above `least`.
    local function add(list, start, least)
        local size = READ_FIRST
        while true do
            local entries = redis.call('LRANGE', list, start, start + size - 1)
            read = read + #entries
            for i = 1, #entries do
                local entry = tonumber(entries[i])
                if entry <= floor or entry <= least then
                    return
                end
                found[#found + 1] = entry
            end
            if #found >= 2 * count then
                cut()
            end
            if #entries < size then
                return
            end
            start, size = start + size, math.min(2 * size, READ_MAX)
        end
    end

    -- The newest of all, newest first, but for those that are not above `least`.
    local function newest(least)
        cut()
        local entries = {}
        for i = #found, 1, -1 do
            if found[i] <= least then
                break
            end
            entries[#entries + 1] = found[i]
        end
        return entries
    end

    local function how_many_read()
        return read
    end

    return { add = add, newest = newest, how_many_read = how_many_read }
end
