-- The traces that events came from, as far as they are traced.
SELECT position, traceparent
FROM slackwater_traces
WHERE position > %(after)s AND position <= %(until)s
