-- The generation is complete, and fed no more.
UPDATE {generations} SET state = 'resting' WHERE number = %(number)s
