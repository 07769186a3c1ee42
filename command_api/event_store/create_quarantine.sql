-- Events that a reader of the log could not read, and that count as if they were not in it.
-- Projectors write it before they go past such an event, and so all leave out the same.
-- released: the number of the retry with which it came back; a generation of a projection that
-- knows this retry has the event. Rows stay, so that an older generation goes on leaving it out.
CREATE TABLE IF NOT EXISTS {quarantine} (
    position bigint PRIMARY KEY,
    originator_id uuid NOT NULL,
    topic text NOT NULL,
    reason text NOT NULL,
    since timestamptz NOT NULL DEFAULT now(),
    released integer
)
