-- A person by their public id, if they were registered by then, and how many people stood on either
-- side of them. Both counts come from an index alone.
SELECT
    person.number, person.id, person.handle, person.display_name, person.registered_at, person.key,
    (
        SELECT count(*)
        FROM {follows} AS follow
        WHERE follow.followee = person.number
            AND follow.from_position <= %(as_of)s
            AND (follow.to_position IS NULL OR follow.to_position > %(as_of)s)
    ) AS followers,
    (
        SELECT count(*)
        FROM {follows} AS follow
        WHERE follow.follower = person.number
            AND follow.from_position <= %(as_of)s
            AND (follow.to_position IS NULL OR follow.to_position > %(as_of)s)
    ) AS following
FROM {known_people} AS person
WHERE person.id = %(id)s AND person.number <= %(as_of)s
