-- What one shard of the home feed holds of some people, all at one instant.
-- KEYS[1]: the shard's checkpoint.  ARGV: the people.
-- Returns the checkpoint's fields, the horizons of feeds and of authors' windows, who is great since
-- when, then for each of the people their feed, their own window, their followers and the great
-- authors whom they follow.
local tag = string.match(KEYS[1], '^{.-}')
local found = {
    redis.call('HMGET', KEYS[1], 'position', 'place', 'held_until', 'filling'),
    redis.call('HGETALL', tag .. 'fh'),
    redis.call('HGETALL', tag .. 'wh'),
    redis.call('HGETALL', tag .. 'great'),
}
for i = 1, #ARGV do
    for _, list in ipairs({ 'f:', 'w:', 'r:', 'g:' }) do
        found[#found + 1] = redis.call('LRANGE', tag .. list .. ARGV[i], 0, -1)
    end
end
return found
