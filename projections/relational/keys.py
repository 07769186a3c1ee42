"""The relational projection's name."""

RELATIONAL = "relational"
