-- How many commands are in which state.
SELECT state, count(*) AS commands FROM entries GROUP BY state
