-- The keys of people who registered after one position and up to another, unless they are erased.
SELECT number, key FROM slackwater_keys WHERE number > %(after)s AND number <= %(until)s
