"""The commands over HTTP. Handlers are plain functions: they run on threads and may block."""
