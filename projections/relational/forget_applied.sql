-- What a generation that is no more had applied last.
DELETE FROM {applied} WHERE number = %(number)s
