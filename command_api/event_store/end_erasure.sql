-- Everything of theirs has ended.
DELETE FROM {erasures} WHERE number = %(number)s
