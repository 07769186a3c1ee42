-- Accepts a command: it waits behind all that wait already.
INSERT INTO entries (id, person, kind, fingerprint, subject, accepted_at, command, state)
VALUES (:id, :person, :kind, :fingerprint, :subject, :accepted_at, :command, 'queued')
