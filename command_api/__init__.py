"""The write side: HTTP commands become events, events are appended to the event store."""
