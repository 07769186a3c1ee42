-- All that was settled is in the file now.
DELETE FROM settled
