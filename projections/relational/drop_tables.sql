-- The tables of a generation go.
DROP SCHEMA {schema} CASCADE
