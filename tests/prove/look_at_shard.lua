-- What one shard of the home feed holds of some people, all at one instant.
-- KEYS[1]: the shard's checkpoint.  ARGV: the people.
-- Returns the checkpoint's fields, the horizons of feeds and of authors' windows, who is great since
-- when, whose feeds are cold or since when warm, how many cold followers there are, then for each of
-- the people their feed, their own window, their followers, the great authors whom they follow, and
-- everybody whom they follow.
local tag = string.match(KEYS[1], '^{.-}')
local found = {
    redis.call('HMGET', KEYS[1], 'position', 'place', 'held_until', 'filling', 'turning'),
    redis.call('HGETALL', tag .. 'fh'),
    redis.call('HGETALL', tag .. 'wh'),
    redis.call('HGETALL', tag .. 'great'),
    redis.call('HGETALL', tag .. 'warmth'),
    redis.call('HGETALL', tag .. 'cold'),
}
for i = 1, #ARGV do
    for _, list in ipairs({ 'f:', 'w:', 'r:', 'g:', 'o:' }) do
        found[#found + 1] = redis.call('LRANGE', tag .. list .. ARGV[i], 0, -1)
    end
end
return found
