"""Posts: the body of every visible post by number, and the number behind every public id."""
