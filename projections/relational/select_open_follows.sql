-- Which of these pairs are following.
SELECT follower, followee
FROM unnest(%(followers)s::bigint[], %(followees)s::bigint[]) AS asked (follower, followee)
JOIN {follows} AS follow USING (follower, followee)
WHERE follow.to_position IS NULL
