"""What every `slackwater` command begins with: its settings, and how it says what went wrong."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console

from launcher.data_directory import DataDirectory
from launcher.errors import LaunchError
from launcher.settings import Settings

errors = Console(stderr=True)


def settings(**given: Any) -> Settings:
    """The environment's settings, with those overridden that were given on the command line."""
    return Settings.of(**{name: value for name, value in given.items() if value is not None})


def running(given: Settings) -> Settings:
    """The settings, completed with the addresses of an `up` that runs on this data directory."""
    addresses = DataDirectory(given.data_dir).read_addresses()
    if addresses is None:
        return given
    found = {
        name: addresses[name]
        for name in ("database_url", "redis_url", "token_key_file")
        if getattr(given, name) is None and addresses[name] is not None
    }
    return settings(**{"data_dir": given.data_dir} | found)


@contextmanager
def said_plainly() -> Generator[None]:
    """What keeps us from doing something is told in words, not in a stack trace."""
    try:
        yield
    except (LaunchError, OSError) as error:
        errors.print(f"[bold red]slackwater:[/] {error}", highlight=False, soft_wrap=True)
        raise typer.Exit(1) from None
