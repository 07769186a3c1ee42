-- New people.
COPY {people} (number, id, handle, display_name, registered_at, is_sealed) FROM STDIN (FORMAT binary)
