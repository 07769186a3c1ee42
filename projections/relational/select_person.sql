-- The number of the person with this public id, if they were registered by then.
SELECT number FROM {known_people} WHERE id = %(id)s AND number <= %(as_of)s
