"""The journal: commands that wait on this machine's own disk while the event store is away."""
