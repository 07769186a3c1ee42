"""The demo: plays a real social history over HTTP, breaks things, and compares every feed."""
