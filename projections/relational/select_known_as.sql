-- The person with this number, if they were registered by then.
SELECT number, id, handle, display_name
FROM {people}
WHERE number = %(number)s AND number <= %(as_of)s
