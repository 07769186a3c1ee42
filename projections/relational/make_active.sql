-- Readers follow this generation from now on.
UPDATE {generations} SET active = true, state = 'live' WHERE number = %(number)s
