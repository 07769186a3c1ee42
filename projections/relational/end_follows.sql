-- Ends the intervals of pairs that were following.
UPDATE {follows} AS follow
SET to_position = ended.position
FROM unnest(
    %(followers)s::bigint[],
    %(followees)s::bigint[],
    %(positions)s::bigint[]
) AS ended (follower, followee, position)
WHERE follow.follower = ended.follower
    AND follow.followee = ended.followee
    AND follow.to_position IS NULL
