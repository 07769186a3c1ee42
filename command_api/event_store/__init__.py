"""The event store: Postgres, appended to in group commits, one total order of positions."""
