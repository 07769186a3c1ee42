-- The keys of people who registered at these positions, unless they are erased.
SELECT number, key FROM slackwater_keys WHERE number = ANY(%(numbers)s)
