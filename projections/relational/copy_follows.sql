-- New intervals of following, some of them ended already.
COPY {follows} (follower, followee, from_position, to_position) FROM STDIN (FORMAT binary)
