"""`python -m tests.mutants`."""

from tests.mutants.run import app

app()
