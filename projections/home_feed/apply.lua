-- Applies a batch to one shard of the home feed (keys: see keys.py).
-- Operations, six arguments each: position, the position before it in the log, kind, a, b, own.
--   P  a post is published   a = author             own = 1 if the author is in this shard
--   D  a post is deleted     a = author, b = post   own likewise
--   F  a follows b           U  a no longer follows b     (a is in this shard)
--      own = 1: an event of this pair was left out, so a may follow b already
-- One call delivers to about as many feeds as the budget says; where it stops inside an event,
-- the number of followers served becomes the place in the checkpoint. Its position is then the one
-- just before the event, even if what lies between does not concern this shard: so the place means
-- this event to whoever goes on, with whatever batch, and to whoever compares checkpoints.
-- Posts of a great author are delivered to nobody: readers merge the author's window in. The follow
-- or unfollow with which that begins or ends changes all followers over, in as many calls as it
-- takes; a place inside one of these two therefore always stands in the middle of such a change.
-- Nothing is delivered to a cold feed either: its owner stands in no list of followers, and counts
-- among the author's followers by a number alone.
local SCANNED_PER_DELIVERY = 200 -- entries of a list that are passed over in a delivery's time
local COPIED_PER_DELIVERY = 6 -- entries of a list that are read, or written, in that time
local CUT = 2 -- what it takes to cut off what fell out of a window, in deliveries
local REMOVED_ONE_BY_ONE = 32 -- beyond so many entries it is cheaper to write the list anew
local window, budget = tonumber(ARGV[4]), tonumber(ARGV[5])
local great_from, great_until = tonumber(ARGV[6]), tonumber(ARGV[7])
local can_cool, longest = ARGV[8] == '1', tonumber(ARGV[9])
local done, place, spent = tonumber(ARGV[1]), tonumber(ARGV[2]), 0
local is_anybody_great = redis.call('HLEN', tag .. 'great') > 0

local function is_great(author)
    return is_anybody_great and redis.call('HEXISTS', tag .. 'great', author) == 1
end

local function is_cold(person)
    return can_cool and redis.call('HGET', tag .. 'warmth', person) == '0'
end

-- The author's followers among this shard's people, whether their feeds are cold or warm.
local function count_followers(author)
    local warm = redis.call('LLEN', tag .. 'r:' .. author)
    return warm + tonumber(redis.call('HGET', tag .. 'cold', author) or 0)
end

-- A new post is the newest of all, so it goes to the head. What falls off the end is the horizon. If
-- lists may be long, it stays where it is, with what falls off after it, and is cut off with many
-- others (keys.py). Returns whether it was cut off.
local function push(windows, horizons, owner, post)
    local list = tag .. windows .. owner
    local length = redis.call('LPUSH', list, post)
    if length <= window then
        return false
    end
    if longest == window then
        redis.call('HSET', tag .. horizons, owner, redis.call('RPOP', list))
    elseif length == window + 1 then
        redis.call('HDEL', tag .. horizons, owner)
    elseif length > longest then
        redis.call('LTRIM', list, 0, window)
        return true
    end
    return false
end

-- Makes the list no longer than its window, the horizon beside it, for whoever will change more than
-- its head. Returns the horizon.
local function settle(windows, horizons, owner)
    local list = tag .. windows .. owner
    local fallen = redis.call('LINDEX', list, window)
    if fallen then
        redis.call('LTRIM', list, 0, window - 1)
        redis.call('HSET', tag .. horizons, owner, fallen)
    end
    return tonumber(fallen or redis.call('HGET', tag .. horizons, owner) or 0)
end

local function remove(windows, horizons, owner, post)
    if tonumber(post) > settle(windows, horizons, owner) then
        redis.call('LREM', tag .. windows .. owner, 1, post)
    end
end

local function numbers(list)
    local found = redis.call('LRANGE', list, 0, -1)
    for i = 1, #found do
        found[i] = tonumber(found[i])
    end
    return found
end

local function rewrite(list, entries)
    redis.call('DEL', list)
    for i = 1, #entries, 1000 do
        redis.call('RPUSH', list, unpack(entries, i, math.min(i + 999, #entries)))
    end
end

local function own_window(author)
    local horizon = settle('w:', 'wh', author)
    local posts = numbers(tag .. 'w:' .. author)
    spent = spent + #posts / COPIED_PER_DELIVERY
    return { posts = posts, horizon = horizon }
end

-- Two windows become one: it knows nothing below the higher of the two horizons, and what does
-- not fit raises the horizon further.
local function merge_in(follower, theirs)
    local before = settle('f:', 'fh', follower)
    local list = tag .. 'f:' .. follower
    local mine, posts = numbers(list), theirs.posts
    local horizon = math.max(before, theirs.horizon)
    local merged, i, j = {}, 1, 1
    while true do
        local next_mine, next_theirs = mine[i] or 0, posts[j] or 0
        local newest = math.max(next_mine, next_theirs)
        if newest <= horizon then
            break
        end
        if #merged == window then
            horizon = newest
            break
        end
        merged[#merged + 1] = newest
        if newest == next_mine then
            i = i + 1
        else
            j = j + 1
        end
    end
    if #posts > 0 or horizon > before then
        rewrite(list, merged)
    end
    if horizon > before then
        redis.call('HSET', tag .. 'fh', follower, horizon)
    end
    spent = spent + (#mine + #merged) / COPIED_PER_DELIVERY
end

-- Every post of the followee that stands in the feed stands in the followee's window too, and above
-- the feed's horizon, since that is never below the horizon of someone whom its owner follows.
local function take_out(follower, theirs)
    local list, horizon = tag .. 'f:' .. follower, settle('f:', 'fh', follower)
    local posts, count = theirs.posts, 0
    while (posts[count + 1] or 0) > horizon do
        count = count + 1
    end
    if count <= REMOVED_ONE_BY_ONE then
        for i = 1, count do
            redis.call('LREM', list, 1, posts[i])
        end
        spent = spent + count * 2
        return
    end
    local mine, gone, kept = numbers(list), {}, {}
    for i = 1, count do
        gone[posts[i]] = true
    end
    for i = 1, #mine do
        if not gone[mine[i]] then
            kept[#kept + 1] = mine[i]
        end
    end
    if #kept < #mine then
        rewrite(list, kept)
    end
    spent = spent + (#mine + #kept) / COPIED_PER_DELIVERY
end

local function follows_already(follower, followee)
    if can_cool then
        return redis.call('LPOS', tag .. 'o:' .. follower, followee)
    end
    local followers = tag .. 'r:' .. followee
    spent = spent + redis.call('LLEN', followers) / SCANNED_PER_DELIVERY
    return redis.call('LPOS', followers, follower)
end

-- Returns whether the followee becomes great with it.
local function follow(follower, followee, is_torn)
    local followers = tag .. 'r:' .. followee
    if is_torn and follows_already(follower, followee) then
        return false
    end
    local is_warm = not is_cold(follower)
    if can_cool then
        redis.call('RPUSH', tag .. 'o:' .. follower, followee)
    end
    if is_warm then
        redis.call('RPUSH', followers, follower)
    else
        redis.call('HINCRBY', tag .. 'cold', followee, 1)
    end
    if is_great(followee) then
        if is_warm then
            redis.call('RPUSH', tag .. 'g:' .. follower, followee)
        end
        return false
    end
    if count_followers(followee) == great_from then
        return true
    end
    if is_warm then
        merge_in(follower, own_window(followee))
    end
    return false
end

-- Returns whether the followee ceases to be great with it.
local function unfollow(follower, followee)
    if can_cool and redis.call('LREM', tag .. 'o:' .. follower, 1, followee) == 0 then
        return false
    end
    local is_warm = not is_cold(follower)
    if is_warm then
        local followers = tag .. 'r:' .. followee
        spent = spent + redis.call('LLEN', followers) / SCANNED_PER_DELIVERY
        if redis.call('LREM', followers, 1, follower) == 0 and not can_cool then
            return false
        end
    elseif redis.call('HINCRBY', tag .. 'cold', followee, -1) <= 0 then
        redis.call('HDEL', tag .. 'cold', followee)
    end
    if is_great(followee) then
        if is_warm then
            redis.call('LREM', tag .. 'g:' .. follower, 1, followee)
        end
        return count_followers(followee) == great_until
    end
    if is_warm then
        take_out(follower, own_window(followee))
    end
    return false
end

-- Changes the author's followers over, from the place on, as far as the budget goes; whoever reads
-- one of their feeds sees the same before and after. Returns the new place, nil if all are done.
local function change_over(author, becomes_great)
    local followers, theirs = tag .. 'r:' .. author, own_window(author)
    local room = math.max(1, math.ceil(budget - spent))
    for i, follower in ipairs(redis.call('LRANGE', followers, place, place + room - 1)) do
        local great_followees = tag .. 'g:' .. follower
        if becomes_great then
            take_out(follower, theirs)
            redis.call('RPUSH', great_followees, author)
        else
            merge_in(follower, theirs)
            redis.call('LREM', great_followees, 1, author)
        end
        spent = spent + 1
        if spent >= budget and redis.call('LLEN', followers) > place + i then
            return place + i
        end
    end
    return nil
end

for i = FIRST_OPERATION, #ARGV, 6 do
    if spent >= budget then
        return move_checkpoint(done, 0)
    end
    local position, before, kind = ARGV[i], ARGV[i + 1], ARGV[i + 2]
    local a, b, own = ARGV[i + 3], ARGV[i + 4], ARGV[i + 5] == '1'
    local served
    if kind == 'F' then
        spent = spent + 1
        if place > 0 or follow(a, b, own) then
            served = change_over(b, true)
            if not served then
                redis.call('HSET', tag .. 'great', b, position)
                is_anybody_great = true
            end
        end
    elseif kind == 'U' then
        spent = spent + 1
        if place > 0 or unfollow(a, b) then
            served = change_over(b, false)
            if not served then
                redis.call('HDEL', tag .. 'great', b)
            end
        end
    else
        local room, followers = math.ceil(budget - spent), {}
        if not is_great(a) then
            followers = redis.call('LRANGE', tag .. 'r:' .. a, place, place + room - 1)
        end
        local reached = #followers
        if kind == 'P' then
            if place == 0 then
                push('w:', 'wh', a, position)
                if own and not is_cold(a) then
                    push('f:', 'fh', a, position)
                end
            end
            for k = 1, #followers do
                if push('f:', 'fh', followers[k], position) then
                    spent = spent + CUT
                    if spent + k >= budget then
                        reached = k
                        break
                    end
                end
            end
        else
            if place == 0 then
                remove('w:', 'wh', a, b)
                if own then
                    remove('f:', 'fh', a, b)
                end
            end
            for k = 1, #followers do
                remove('f:', 'fh', followers[k], b)
            end
        end
        spent = spent + 1 + reached
        if reached < #followers
            or reached == room and redis.call('LLEN', tag .. 'r:' .. a) > place + room then
            served = place + reached
        end
    end
    if served then
        return move_checkpoint(tonumber(before), served)
    end
    place = 0
    done = tonumber(position)
end
return move_checkpoint(tonumber(ARGV[3]), 0)
