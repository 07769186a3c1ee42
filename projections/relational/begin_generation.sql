-- A new generation in the registry; returns its number.
INSERT INTO {generations} (active, state)
VALUES (%(active)s, %(state)s)
RETURNING number
