-- A generation leaves the registry.
DELETE FROM {generations} WHERE number = %(number)s
