-- Makes an empty stream whose last id is this position: only if there is no stream yet, and Redis
-- carries this epoch.
-- KEYS: stream, epoch.  ARGV: epoch, position.
-- Returns 1, or 0 if nothing was done.
local stream, epoch_key = KEYS[1], KEYS[2]
local epoch, position = ARGV[1], ARGV[2]

if redis.call('GET', epoch_key) ~= epoch or redis.call('EXISTS', stream) == 1 then
    return 0
end
redis.call('XADD', stream, position .. '-0', 'begins', 'after')
redis.call('XDEL', stream, position .. '-0')
return 1
