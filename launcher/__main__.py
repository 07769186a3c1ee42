"""`python -m launcher` is the `slackwater` command."""

from launcher.cli import app

app()
