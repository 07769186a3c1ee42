"""`slackwater bench scale`: a network of a real one's shape, and what this machine does with it."""
