-- Which of these commands have been carried out, and what they did.
SELECT id, person, subject, fingerprint, accepted_at, position
FROM {commands}
WHERE id = ANY(%(ids)s::uuid[])
