-- New people.
COPY {people} (number, id, handle, display_name, registered_at) FROM STDIN (FORMAT binary)
