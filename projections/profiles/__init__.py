"""Profiles: who people are, whom they follow and who follows them."""
