-- A person's key; no row: they have none, or not any more.
SELECT key FROM {keys} WHERE person = %(person)s
