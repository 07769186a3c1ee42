-- Puts away everything that is derived from a history which the store does not have any more, and
-- begins anew for the one it has: at one instant, or not at all.
-- KEYS: epoch, stream, then each projection's registry.
-- ARGV: the epoch that was found, the new one, the time that stands for ever, the newest retry of
-- what was in quarantine, then the projections' names in the order of their registries.
-- Every generation becomes a lost one and is held for ever: readers that come to it look at the
-- pointer, and whoever slept through this can write nothing into it. An active one is followed by
-- an empty one of the same shape under a number that was never given.
-- Returns 0 if the epoch is another by now: nothing is changed then.
local epoch_key, stream = KEYS[1], KEYS[2]
local FIRST_REGISTRY, FIRST_NAME = 3, 5
if redis.call('GET', epoch_key) ~= ARGV[1] then
    return 0
end

-- What can fail, a key of another type or an entry that is none, fails before anything is written.
local registries = {}
for i = FIRST_REGISTRY, #KEYS do
    local registry = { key = KEYS[i], name = ARGV[FIRST_NAME + i - FIRST_REGISTRY], last = 0, entries = {} }
    local fields = redis.call('HGETALL', registry.key)
    for at = 1, #fields, 2 do
        local field, value = fields[at], fields[at + 1]
        if string.match(field, '^%d+$') then
            registry.entries[field] = cjson.decode(value)
            registry.last = math.max(registry.last, tonumber(field))
        elseif field == 'active' or field == 'last' then
            registry.last = math.max(registry.last, tonumber(value))
        end
        if field == 'active' then
            registry.active = value
        end
    end
    table.insert(registries, registry)
end

local function hold(name, number, shards)
    for index = 0, shards - 1 do
        local checkpoint = string.format('{%s:%s:%d}checkpoint', name, number, index)
        local kind = redis.call('TYPE', checkpoint).ok
        if kind == 'hash' or kind == 'none' then
            redis.call('HSET', checkpoint, 'held_until', ARGV[3])
        end
    end
end

for _, registry in ipairs(registries) do
    local active = registry.active and registry.entries[registry.active]
    if active then
        local number = string.format('%d', registry.last + 1)
        local entry = {
            shards = active.shards, window = active.window, building = false,
            release = tonumber(ARGV[4]),
            great_from = active.great_from, great_until = active.great_until,
            can_cool = active.can_cool, long_lists = active.long_lists,
        }
        redis.call('HSET', registry.key, 'last', number, 'active', number, number, cjson.encode(entry))
    end
    for number, entry in pairs(registry.entries) do
        entry.building, entry.lost = false, true
        redis.call('HSET', registry.key, number, cjson.encode(entry))
        hold(registry.name, number, entry.shards)
    end
    redis.call('HSET', registry.key, 'epoch', ARGV[2])
end
redis.call('UNLINK', stream)
redis.call('SET', epoch_key, ARGV[2])
return 1
