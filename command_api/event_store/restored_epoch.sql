-- What comes back from a backup goes on under a name that no other history ever had. A store that
-- never had an event has such a name; one that had gets another. `replaces` is the name under which
-- it was kept: the relay puts away read models that still carry that one.
UPDATE {epoch}
SET
    epoch = CASE
        WHEN %(is_used)s THEN substr(replace(gen_random_uuid()::text, '-', ''), 1, 12)
        ELSE epoch
    END,
    replaces = %(replaces)s,
    created_at = now()
RETURNING epoch
