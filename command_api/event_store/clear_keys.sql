-- Positions of people who have just registered may have been those of people whom the store has not any
-- more, and they themselves may have registered elsewhere, if only the events were put back from a
-- backup. Runs in the same transaction, before keep_keys.
DELETE FROM {keys}
WHERE number = ANY(%(numbers)s::bigint[]) OR person = ANY(%(persons)s::uuid[])
