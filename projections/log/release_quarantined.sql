-- A retry: these events come back, to every generation that knows the number of this retry.
UPDATE slackwater_quarantine
SET released = (SELECT coalesce(max(released), 0) + 1 FROM slackwater_quarantine)
WHERE position = ANY(%(positions)s) AND released IS NULL
