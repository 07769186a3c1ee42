-- The state of a generation, which nobody can change before this transaction ends.
SELECT state FROM {generations} WHERE number = %(number)s FOR SHARE
