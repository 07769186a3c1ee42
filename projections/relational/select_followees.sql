-- A page of whom a person follows as of a position, newest members first: numbers up to `top`.
SELECT other.number, other.id, other.handle, other.display_name, other.key
FROM {follows} AS follow
JOIN {known_people} AS other ON other.number = follow.followee
WHERE follow.follower = %(person)s
    AND follow.followee <= %(top)s
    AND follow.from_position <= %(as_of)s
    AND (follow.to_position IS NULL OR follow.to_position > %(as_of)s)
ORDER BY follow.followee DESC
LIMIT %(wanted)s
