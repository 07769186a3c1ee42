-- This history gets a name that no other ever had; returns it. `replaces` is what the read models
-- carried.
UPDATE slackwater_epoch
SET
    epoch = substr(replace(gen_random_uuid()::text, '-', ''), 1, 12),
    replaces = %(replaces)s,
    created_at = now()
RETURNING epoch
