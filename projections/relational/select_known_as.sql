-- The person with this number, if they were registered by then.
SELECT number, id, handle, display_name, key
FROM {known_people}
WHERE number = %(number)s AND number <= %(as_of)s
