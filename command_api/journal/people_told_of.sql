-- Whose rejected commands still say what they were.
SELECT DISTINCT person FROM entries WHERE state = 'rejected'
