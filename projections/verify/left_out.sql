-- The positions that a generation leaves out which knows the retries of the quarantine up to this
-- one. Part of other statements.
SELECT position FROM slackwater_quarantine WHERE released IS NULL OR released > {release}
