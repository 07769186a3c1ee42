-- A file from before entries said in which epoch they were done. Without one the store is asked.
ALTER TABLE entries ADD COLUMN epoch TEXT
