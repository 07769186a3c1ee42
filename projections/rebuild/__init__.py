"""Rebuilding: a new generation from all of history, verified, then switched to while all runs."""
