"""The home feed: for each person the newest posts of those whom they follow, as post numbers."""
