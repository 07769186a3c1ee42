"""Log lines of our own processes: to standard error, one line each."""

import logging

from launcher.settings import Settings


def log_to_stderr(settings: Settings) -> None:
    """Sets up logging for a process of ours."""
    logging.basicConfig(
        level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
