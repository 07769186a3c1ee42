-- A post by its public id, with its author, whether or not it is visible or published by then.
SELECT
    post.number, post.author, author.id, author.handle, author.key, post.created_at,
    CASE WHEN post.deleted_position <= %(as_of)s THEN post.deleted_position END
FROM {posts} AS post
JOIN {known_people} AS author ON author.number = post.author
WHERE post.id = %(id)s
