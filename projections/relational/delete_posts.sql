-- Marks posts as deleted: they were visible before these positions.
UPDATE {posts} AS post
SET deleted_position = deleted.position
FROM unnest(%(posts)s::bigint[], %(positions)s::bigint[]) AS deleted (post, position)
WHERE post.number = deleted.post AND post.deleted_position IS NULL
