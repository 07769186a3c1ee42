-- A page of an author's own posts as of a position, newest first: posts up to `top`.
SELECT
    post.number, post.id, post.text, post.created_at,
    author.id, author.handle, author.display_name, author.key, post.is_sealed
FROM {posts} AS post
JOIN {known_people} AS author ON author.number = post.author
WHERE post.author = %(person)s
    AND post.number <= %(top)s
    AND (post.deleted_position IS NULL OR post.deleted_position > %(as_of)s)
ORDER BY post.number DESC
LIMIT %(wanted)s
