-- Lets the planner know what the tables hold, and which pages need no second look at their rows,
-- so that newest posts and followees are read from the indexes alone.
VACUUM (ANALYZE) {people}, {posts}, {follows}
