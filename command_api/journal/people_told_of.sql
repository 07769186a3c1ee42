-- Whose commands still say what they were, or let it be guessed.
SELECT DISTINCT person FROM entries
WHERE state = 'rejected' OR (state = 'done' AND kind <> 'erase' AND fingerprint <> x'')
