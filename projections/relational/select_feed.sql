-- A page of a person's feed as of a position, newest first: posts up to `top` (below a cursor, and
-- published by then). A merge: only the sources with the newest posts can have one on the page, so
-- each source is asked for its newest, and those few for as many as fit. Nothing is sorted whole. Who
-- is erased is no source: left out later, they would leave pages that end too early.
WITH followed AS (
    SELECT %(person)s::bigint AS author
    UNION ALL
    SELECT followee
    FROM {follows}
    WHERE follower = %(person)s
        AND followee <> %(person)s
        AND from_position <= %(as_of)s
        AND (to_position IS NULL OR to_position > %(as_of)s)
),
source AS (
    SELECT followed.author
    FROM followed
    JOIN {known_people} AS person ON person.number = followed.author
),
newest_source AS (
    SELECT source.author
    FROM source
    CROSS JOIN LATERAL (
        SELECT post.number
        FROM {posts} AS post
        WHERE post.author = source.author
            AND post.number <= %(top)s
            AND (post.deleted_position IS NULL OR post.deleted_position > %(as_of)s)
        ORDER BY post.number DESC
        LIMIT 1
    ) AS newest
    ORDER BY newest.number DESC
    LIMIT %(wanted)s
),
page AS (
    SELECT post.number
    FROM newest_source
    CROSS JOIN LATERAL (
        SELECT post.number
        FROM {posts} AS post
        WHERE post.author = newest_source.author
            AND post.number <= %(top)s
            AND (post.deleted_position IS NULL OR post.deleted_position > %(as_of)s)
        ORDER BY post.number DESC
        LIMIT %(wanted)s
    ) AS post
    ORDER BY post.number DESC
    LIMIT %(wanted)s
)
SELECT
    post.number, post.id, post.text, post.created_at,
    author.id, author.handle, author.display_name, author.key, post.is_sealed
FROM page
JOIN {posts} AS post USING (number)
JOIN {known_people} AS author ON author.number = post.author
ORDER BY post.number DESC
