-- Removes the rows with these keys.
DELETE FROM {table}
WHERE ({key}, {entry}) IN (SELECT * FROM unnest({keys}::bigint[], {entries}::bigint[]))
