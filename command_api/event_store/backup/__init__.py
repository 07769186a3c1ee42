"""Backups of the event store: all of the truth in a directory, taken while everything runs.

What is derived from it is not in it: read models and relational tables are built anew.
"""
