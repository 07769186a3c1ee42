-- Enters a new generation, to be built, into the registry, under a number above every one that is
-- or was there.
-- KEYS[1]: the registry.  ARGV[1]: its entry.  Returns the number.
local last = 0
local fields = redis.call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do
    if string.match(fields[i], '^%d+$') then
        last = math.max(last, tonumber(fields[i]))
    elseif fields[i] == 'active' or fields[i] == 'last' then
        last = math.max(last, tonumber(fields[i + 1]))
    end
end
local number = string.format('%d', last + 1)
redis.call('HSET', KEYS[1], 'last', number, number, ARGV[1])
return tonumber(number)
