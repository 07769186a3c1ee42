-- The numbers of all whom a person follows as of a position, also of who is erased since.
SELECT followee
FROM {follows}
WHERE follower = %(person)s
    AND from_position <= %(as_of)s
    AND (to_position IS NULL OR to_position > %(as_of)s)
