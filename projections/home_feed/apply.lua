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
local SCANNED_PER_DELIVERY = 200 -- entries of a list that are passed over in a delivery's time
local window, budget = tonumber(ARGV[4]), tonumber(ARGV[5])

-- A new post is the newest of all, so it goes to the head; what falls off the end is the new
-- horizon.
local function push(windows, horizons, owner, post)
    local list = tag .. windows .. owner
    if redis.call('LPUSH', list, post) > window then
        redis.call('HSET', tag .. horizons, owner, redis.call('RPOP', list))
    end
end

local function remove(windows, owner, post)
    redis.call('LREM', tag .. windows .. owner, 1, post)
end

local function horizon_of(horizons, owner)
    return tonumber(redis.call('HGET', tag .. horizons, owner) or 0)
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

-- Two windows become one: it knows nothing below the higher of the two horizons, and what does
-- not fit raises the horizon further. Returns the work done.
local function follow(follower, followee, is_torn)
    local followers = tag .. 'r:' .. followee
    if is_torn and redis.call('LPOS', followers, follower) then
        return redis.call('LLEN', followers) / SCANNED_PER_DELIVERY
    end
    redis.call('RPUSH', followers, follower)
    local list = tag .. 'f:' .. follower
    local mine, theirs = numbers(list), numbers(tag .. 'w:' .. followee)
    local before = horizon_of('fh', follower)
    local horizon = math.max(before, horizon_of('wh', followee))
    local merged, i, j = {}, 1, 1
    while true do
        local next_mine, next_theirs = mine[i] or 0, theirs[j] or 0
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
    if #theirs > 0 or horizon > before then
        rewrite(list, merged)
    end
    if horizon > before then
        redis.call('HSET', tag .. 'fh', follower, horizon)
    end
    return (#mine + #theirs) / 4
end

-- Every post of the followee that stands in the feed stands in the followee's window too, since
-- a feed's horizon is never below the horizon of someone whom its owner follows.
local function unfollow(follower, followee)
    local followers = tag .. 'r:' .. followee
    local scanned = redis.call('LLEN', followers)
    if redis.call('LREM', followers, 1, follower) == 0 then
        return scanned / SCANNED_PER_DELIVERY
    end
    local list = tag .. 'f:' .. follower
    local mine, theirs, gone, kept = numbers(list), numbers(tag .. 'w:' .. followee), {}, {}
    for i = 1, #theirs do
        gone[theirs[i]] = true
    end
    for i = 1, #mine do
        if not gone[mine[i]] then
            kept[#kept + 1] = mine[i]
        end
    end
    if #kept < #mine then
        rewrite(list, kept)
    end
    return (#mine + #theirs) / 4 + scanned / SCANNED_PER_DELIVERY
end

local done, place, spent = tonumber(ARGV[1]), tonumber(ARGV[2]), 0
for i = FIRST_OPERATION, #ARGV, 6 do
    if spent >= budget then
        return move_checkpoint(done, 0)
    end
    local position, before, kind = ARGV[i], ARGV[i + 1], ARGV[i + 2]
    local a, b, own = ARGV[i + 3], ARGV[i + 4], ARGV[i + 5] == '1'
    if kind == 'F' then
        spent = spent + 1 + follow(a, b, own)
    elseif kind == 'U' then
        spent = spent + 1 + unfollow(a, b)
    else
        local room = math.ceil(budget - spent)
        local followers = redis.call('LRANGE', tag .. 'r:' .. a, place, place + room - 1)
        if kind == 'P' then
            if place == 0 then
                push('w:', 'wh', a, position)
                if own then
                    push('f:', 'fh', a, position)
                end
            end
            for k = 1, #followers do
                push('f:', 'fh', followers[k], position)
            end
        else
            if place == 0 then
                remove('w:', a, b)
                if own then
                    remove('f:', a, b)
                end
            end
            for k = 1, #followers do
                remove('f:', followers[k], b)
            end
        end
        spent = spent + 1 + #followers
        local served = place + #followers
        if #followers == room and redis.call('LLEN', tag .. 'r:' .. a) > served then
            return move_checkpoint(tonumber(before), served)
        end
    end
    place = 0
    done = tonumber(position)
end
return move_checkpoint(tonumber(ARGV[3]), 0)
