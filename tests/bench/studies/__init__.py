"""Single questions behind a row: where its time goes, and what another way would cost.

Each is a command, `python -m tests.bench.studies.NAME`, and its figures stand in the docs.
"""
