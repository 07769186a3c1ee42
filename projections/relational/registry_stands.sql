-- Whether everything is there already that all generations share, as of this version. Who may make
-- nothing can ask that, too.
SELECT
    to_regclass('{tracking}') IS NOT NULL
    AND to_regclass('{applied}') IS NOT NULL
    AND to_regclass('public.slackwater_relational_one_active') IS NOT NULL
    AND EXISTS (
        SELECT FROM pg_attribute
        WHERE attrelid = to_regclass('{generations}') AND attname = 'release'
    ) AS stands
