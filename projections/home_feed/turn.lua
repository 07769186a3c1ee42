-- Lets feeds of one shard go cold, or builds them again (keys: see keys.py).
-- KEYS[1]: the shard's checkpoint.
-- ARGV: the window length, the work that one call may do, 'cold' or 'warm', the people.
-- It is no event and moves no checkpoint: it holds as of the position where the shard stands. It
-- does nothing inside an event, where the lists of followers have to stay as they are, nor while
-- the shard is held. One feed may take several calls. In between `turning` says which it is and how
-- far, no batch is applied, and the feed is read as a cold one; whoever comes next goes on with it.
-- Returns how many feeds went cold, how many were built again, how many of these people have been
-- dealt with, and 1 if a feed is in the middle of it.
local SCANNED_PER_DELIVERY = 200 -- as in apply.lua
local COPIED_PER_DELIVERY = 6
local DELIVERIES_PER_FOLLOWEE = 3 -- what it takes to look at one and to move its follower
local FOLLOWEES_MAX = 2000 -- of who goes cold: whoever reads a cold feed looks at all of them at once
local checkpoint_key = KEYS[1]
local tag = string.match(checkpoint_key, '^{.-}')
local window, budget, to = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
local FIRST_PERSON = 4
local spent, gone_cold, built_again = 0, 0, 0

local function own_horizon(author)
    return horizon_of(tag .. 'w:' .. author, tag .. 'wh', author, window)
end

local function stop_in_the_middle(direction, person, place)
    redis.call('HSET', checkpoint_key, 'turning', direction .. ':' .. person .. ':' .. place)
    return false
end

local function done(person, since, more_cold)
    redis.call('HSET', tag .. 'warmth', person, since)
    redis.call('HDEL', checkpoint_key, 'turning')
    redis.call('HINCRBY', checkpoint_key, 'cold', more_cold)
    redis.call('HINCRBY', checkpoint_key, 'turns', 1)
    return true
end

-- As many as can be dealt with in this call, and whether there are more.
local function followees_from(person, place)
    local list, room = tag .. 'o:' .. person, math.max(1, math.ceil(budget - spent))
    local found = redis.call('LRANGE', list, place, place + room - 1)
    return found, redis.call('LLEN', list) > place + #found
end

-- A shard that begins anew may not know yet who was found in it before: numbers are positions.
local function can_be_cold(person, position)
    return tonumber(person) <= tonumber(position)
        and redis.call('LLEN', tag .. 'o:' .. person) <= FOLLOWEES_MAX
end

-- Takes the person out of the lists of followers. Returns whether that is all.
local function cool(person, place)
    if place == 0 then
        redis.call('HSET', tag .. 'warmth', person, 0)
        redis.call('UNLINK', tag .. 'f:' .. person, tag .. 'g:' .. person)
        redis.call('HDEL', tag .. 'fh', person)
    end
    local followees, are_more = followees_from(person, place)
    for i, followee in ipairs(followees) do
        local followers = tag .. 'r:' .. followee
        spent = spent + 1 + redis.call('LLEN', followers) / SCANNED_PER_DELIVERY
        redis.call('LREM', followers, 1, person)
        redis.call('HINCRBY', tag .. 'cold', followee, 1)
        if spent >= budget and (are_more or i < #followees) then
            return stop_in_the_middle('cold', person, place + i)
        end
    end
    gone_cold = gone_cold + 1
    return done(person, 0, 1)
end

local function store(person, gathered, horizon)
    local posts = gathered.newest(horizon)
    if #posts > window then
        horizon = posts[#posts]
        posts[#posts] = nil
    end
    redis.call('DEL', tag .. 'f:' .. person)
    for i = 1, #posts, 1000 do
        redis.call('RPUSH', tag .. 'f:' .. person, unpack(posts, i, math.min(i + 999, #posts)))
    end
    if horizon > 0 then
        redis.call('HSET', tag .. 'fh', person, horizon)
    end
end

-- Merges the windows of the followees as if each were followed now. Returns whether that is all.
local function warm(person, place, position)
    -- One more than fits: what does not fit is the horizon.
    local gathered = newest_of_many(window + 1)
    local horizon = tonumber(redis.call('HGET', tag .. 'fh', person) or 0)
    gathered.add(tag .. 'f:' .. person, 0, 0)
    if place == 0 then
        horizon = own_horizon(person)
        gathered.add(tag .. 'w:' .. person, 0, horizon)
    end
    local followees, are_more = followees_from(person, place)
    local before = spent
    for i, followee in ipairs(followees) do
        redis.call('RPUSH', tag .. 'r:' .. followee, person)
        if redis.call('HINCRBY', tag .. 'cold', followee, -1) <= 0 then
            redis.call('HDEL', tag .. 'cold', followee)
        end
        if redis.call('HEXISTS', tag .. 'great', followee) == 1 then
            redis.call('RPUSH', tag .. 'g:' .. person, followee)
        else
            horizon = math.max(horizon, own_horizon(followee))
            gathered.add(tag .. 'w:' .. followee, 0, horizon)
        end
        spent = before + i * DELIVERIES_PER_FOLLOWEE
            + gathered.how_many_read() / COPIED_PER_DELIVERY
        if spent >= budget and (are_more or i < #followees) then
            store(person, gathered, horizon)
            return stop_in_the_middle('warm', person, place + i)
        end
    end
    store(person, gathered, horizon)
    spent = spent + window / COPIED_PER_DELIVERY
    built_again = built_again + 1
    return done(person, position, -1)
end

local found = redis.call('HMGET', checkpoint_key, 'position', 'place', 'held_until', 'turning')
local position = found[1]
local now = redis.call('TIME')
local now_ms = tonumber(now[1]) * 1000 + tonumber(now[2]) / 1000
if tonumber(position or 0) == 0 or tonumber(found[2] or 0) > 0 or tonumber(found[3] or 0) > now_ms then
    return { 0, 0, 0, 0 }
end

if found[4] then
    local direction, person, place = string.match(found[4], '^(%a+):(%d+):(%d+)$')
    local is_done
    if direction == 'cold' then
        is_done = cool(person, tonumber(place))
    else
        is_done = warm(person, tonumber(place), position)
    end
    if not is_done then
        return { gone_cold, built_again, 0, 1 }
    end
end
for i = FIRST_PERSON, #ARGV do
    if spent >= budget then
        return { gone_cold, built_again, i - FIRST_PERSON, 0 }
    end
    local person = ARGV[i]
    local is_cold = redis.call('HGET', tag .. 'warmth', person) == '0'
    local is_done = true
    spent = spent + 1
    if to == 'cold' and not is_cold and can_be_cold(person, position) then
        is_done = cool(person, 0)
    elseif to == 'warm' and is_cold then
        is_done = warm(person, 0, position)
    end
    if not is_done then
        return { gone_cold, built_again, i - FIRST_PERSON + 1, 1 }
    end
end
return { gone_cold, built_again, #ARGV - FIRST_PERSON + 1, 0 }
