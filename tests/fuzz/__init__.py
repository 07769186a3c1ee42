"""Requests of every shape, drawn from the API's own description, against the whole system."""
