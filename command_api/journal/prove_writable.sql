-- Writes as much as the largest command takes, so that a disk that takes nothing more is noticed
-- before a command comes.
INSERT INTO probe (only_row, at, room) VALUES (1, :at, zeroblob(16384))
ON CONFLICT (only_row) DO UPDATE SET at = excluded.at, room = excluded.room
