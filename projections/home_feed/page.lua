-- A page of one window, newest first, with the checkpoint and horizon it holds for.
-- KEYS[1]: the shard's checkpoint.  ARGV: windows, horizons, and for a feed the lists of great
-- followees ('': none; see keys.py), owner, bound (entries below it; 0: from the top), count, the
-- length of a window.
-- The posts of great authors stand in no feed, only in the authors' own windows. Of each of them as
-- many are read as the page can take, and merged in. Of a cold feed nothing is stored: it is merged
-- from the windows of the owner and of everybody whom they follow. What one of all these windows
-- does not know, the page does not know either: so its horizon is the highest of theirs.
-- Returns the checkpoint's position, held_until and filling (nil where there is none), the
-- horizon, the entries, and 1 if the feed is cold.
local checkpoint_key = KEYS[1]
local tag = string.match(checkpoint_key, '^{.-}')
local great_followees, owner = ARGV[3], ARGV[4]
local bound, count, window = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])

-- The newest of two lists, as many as count; they have no entry in common.
local function newest_of(one, other)
    local newest, i, j = {}, 1, 1
    local next_one, next_other = tonumber(one[1] or 0), tonumber(other[1] or 0)
    for n = 1, math.min(count, #one + #other) do
        if next_one > next_other then
            newest[n] = one[i]
            i = i + 1
            next_one = tonumber(one[i] or 0)
        else
            newest[n] = other[j]
            j = j + 1
            next_other = tonumber(other[j] or 0)
        end
    end
    return newest
end

-- The page and the horizon of a feed that is stored, but for the great authors.
local function stored()
    local horizon = horizon_of(tag .. ARGV[1] .. owner, tag .. ARGV[2], owner, window)
    local page = entries_below(tag .. ARGV[1] .. owner, bound, count)
    local authors = {}
    if great_followees ~= '' then
        authors = redis.call('LRANGE', tag .. great_followees .. owner, 0, -1)
    end
    for i = 1, #authors do
        local theirs = tag .. 'w:' .. authors[i]
        horizon = math.max(horizon, horizon_of(theirs, tag .. 'wh', authors[i], window))
        page = newest_of(page, entries_below(theirs, bound, count))
    end
    while page[1] and tonumber(page[#page]) <= horizon do
        page[#page] = nil
    end
    return page, horizon
end

local function merged_from_windows()
    local gathered, horizon = newest_of_many(count), 0
    local authors = redis.call('LRANGE', tag .. 'o:' .. owner, 0, -1)
    authors[#authors + 1] = owner
    for i = 1, #authors do
        local theirs, start = tag .. 'w:' .. authors[i], 0
        horizon = math.max(horizon, horizon_of(theirs, tag .. 'wh', authors[i], window))
        if bound > 0 then
            start = first_below(theirs, bound)
        end
        gathered.add(theirs, start, horizon)
    end
    return gathered.newest(horizon), horizon
end

local checkpoint = redis.call('HMGET', checkpoint_key, 'position', 'held_until', 'filling')
if great_followees ~= '' and redis.call('HGET', tag .. 'warmth', owner) == '0' then
    local page, horizon = merged_from_windows()
    return { checkpoint, horizon, page, 1 }
end
local page, horizon = stored()
return { checkpoint, horizon, page, 0 }
