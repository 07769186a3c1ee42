"""Programs that put load on a system from outside of it."""
