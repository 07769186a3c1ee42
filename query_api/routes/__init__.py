"""The reads over HTTP."""
