-- New posts, some of them deleted already.
COPY {posts} (number, id, author, text, created_at, deleted_position, is_sealed) FROM STDIN (FORMAT binary)
