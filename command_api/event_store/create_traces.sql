-- Of which request's trace the newest events are, for the relay: only of requests that are traced.
-- Nothing follows from it, so it is not worth a place in the write-ahead log.
CREATE UNLOGGED TABLE IF NOT EXISTS {traces} (
    position bigint PRIMARY KEY,
    traceparent text NOT NULL
)
