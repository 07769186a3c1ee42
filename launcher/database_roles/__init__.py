"""What each process may do in Postgres: a role for each, and what is granted to it."""
