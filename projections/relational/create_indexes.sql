-- What reading needs beside the primary keys; a bulk load makes it at its end.
CREATE UNIQUE INDEX IF NOT EXISTS people_id ON {people} (id);
CREATE UNIQUE INDEX IF NOT EXISTS posts_id ON {posts} (id);
CREATE INDEX IF NOT EXISTS posts_newest_of_author ON {posts} (author, number DESC) INCLUDE (deleted_position);
-- With both ends of the interval, so that followers are listed and counted from the index alone.
CREATE INDEX IF NOT EXISTS follows_by_followee
ON {follows} (followee, follower) INCLUDE (from_position, to_position)
