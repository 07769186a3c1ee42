-- A new generation in the registry, which knows every retry so far; returns its number.
INSERT INTO {generations} (active, state, release)
VALUES (
    %(active)s, %(state)s, (SELECT coalesce(max(released), 0) FROM {quarantine})
)
RETURNING number
