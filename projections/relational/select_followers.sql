-- A page of who follows a person as of a position, newest members first: numbers up to `top`.
SELECT other.number, other.id, other.handle, other.display_name, other.key
FROM {follows} AS follow
JOIN {known_people} AS other ON other.number = follow.follower
WHERE follow.followee = %(person)s
    AND follow.follower <= %(top)s
    AND follow.from_position <= %(as_of)s
    AND (follow.to_position IS NULL OR follow.to_position > %(as_of)s)
ORDER BY follow.follower DESC
LIMIT %(wanted)s
