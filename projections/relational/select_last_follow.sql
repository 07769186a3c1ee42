-- The last interval that began by then in which the one followed the other; its end, if by then.
SELECT from_position, CASE WHEN to_position <= %(as_of)s THEN to_position END
FROM {follows}
WHERE follower = %(follower)s AND followee = %(followee)s AND from_position <= %(as_of)s
ORDER BY from_position DESC
LIMIT 1
