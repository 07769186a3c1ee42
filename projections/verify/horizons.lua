-- The horizons of some windows of a shard, in the order of their owners; nil where there is none.
-- A list of another type has no horizon: it is found to be wrong when it is read itself.
-- ARGV: the shard's tag, the lists and the hash behind it, the length of a window, the owners.
local tag, window, found = ARGV[1], ARGV[4], {}
local beside = redis.call('HMGET', tag .. ARGV[3], unpack(ARGV, 5))
for i = 1, #beside do
    local fallen = redis.pcall('LINDEX', tag .. ARGV[2] .. ARGV[i + 4], window)
    found[i] = type(fallen) == 'string' and fallen or beside[i]
end
return found
