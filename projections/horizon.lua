-- The horizon of a window. A list that is longer than the window holds it itself, as the first entry
-- that does not fit; of others it stands in the hash beside them (home_feed/keys.py).
local function horizon_of(list, horizons, owner, window)
    local fallen = redis.call('LINDEX', list, window)
    return tonumber(fallen or redis.call('HGET', horizons, owner) or 0)
end
