-- Whether everything is there already that the store is made of, as of this version. Who may make
-- nothing can ask that, too.
SELECT
    to_regclass('{events_position_index}') IS NOT NULL
    AND to_regclass('{commands_age_index}') IS NOT NULL
    AND to_regclass('{commands_person_index}') IS NOT NULL
    AND to_regclass('{quarantine}') IS NOT NULL
    AND to_regclass('{erasures}') IS NOT NULL
    AND to_regclass('{traces}') IS NOT NULL
    AND EXISTS (
        SELECT FROM pg_attribute
        WHERE attrelid = to_regclass('{epoch}') AND attname = 'replaces'
    )
    AND EXISTS (
        SELECT FROM pg_trigger
        WHERE tgrelid = to_regclass('{events}') AND tgname = 'slackwater_events_stand'
    ) AS stands
