"""Drills: the whole system is broken on purpose under steady traffic, and its promises are held."""
