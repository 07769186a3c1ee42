-- Puts the expected rows with these keys in.
INSERT INTO {table}
SELECT expected.* FROM ({expected}) AS expected
WHERE ({key}, {entry}) IN (SELECT * FROM unnest({keys}::bigint[], {entries}::bigint[]))
