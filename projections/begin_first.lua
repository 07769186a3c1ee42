-- Makes a first generation the active one of a projection that has none.
-- KEYS[1]: the registry.  ARGV: its entry, a number below which (and at which) keys of earlier
-- generations stand although no registry knows of them (0: there are none), the entry for those.
-- Changes nothing where a generation is active already.
local registry = KEYS[1]
local active = redis.call('HGET', registry, 'active')
if active and redis.call('HEXISTS', registry, active) == 1 then
    return
end
local last = math.max(tonumber(ARGV[2]), tonumber(active or 0))
local fields = redis.call('HGETALL', registry)
for i = 1, #fields, 2 do
    if string.match(fields[i], '^%d+$') then
        last = math.max(last, tonumber(fields[i]))
    elseif fields[i] == 'last' then
        last = math.max(last, tonumber(fields[i + 1]))
    end
end
for number = 1, tonumber(ARGV[2]) do
    redis.call('HSETNX', registry, string.format('%d', number), ARGV[3])
end
local number = string.format('%d', last + 1)
redis.call('HSET', registry, 'last', number, number, ARGV[1], 'active', number)
