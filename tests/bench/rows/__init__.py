"""One row of the report a file."""
