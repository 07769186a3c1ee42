"""Proves the tests: bugs made by hand, each with the tests that have to notice it."""
