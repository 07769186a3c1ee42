"""The faults: each is a context. The part is broken inside it, and left to recover after it."""
