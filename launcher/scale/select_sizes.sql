-- Bytes on disk: the event store with its indexes, and the whole database.
SELECT pg_total_relation_size('slackwater_events'), pg_database_size(current_database())
