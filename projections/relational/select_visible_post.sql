-- A post by its public id, with its author, if it is visible as of the position.
SELECT
    post.number, post.id, post.text, post.created_at,
    author.id, author.handle, author.display_name, author.key, post.is_sealed
FROM {posts} AS post
JOIN {known_people} AS author ON author.number = post.author
WHERE post.id = %(id)s
    AND post.number <= %(as_of)s
    AND (post.deleted_position IS NULL OR post.deleted_position > %(as_of)s)
