"""A home feed as it changes: what comes in and what goes out, event by event."""
