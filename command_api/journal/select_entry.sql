-- One command, by its id.
SELECT * FROM entries WHERE id = :id
