"""The relational projection: people, posts and follows as Postgres tables with validity intervals.

What it answers holds for any position of the past, not only for the newest.
"""
