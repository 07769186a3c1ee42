-- A plan is kept for as long as its statement is prepared, also one that was made while the table
-- was small: reading all of it is cheapest then, and grows dearer with every event. So whatever an
-- append looks up, it looks up in an index.
SET LOCAL enable_seqscan = off;
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off
