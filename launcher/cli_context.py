"""What the commands share: options, settings, and faults told plainly."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from launcher.data_directory import DataDirectory
from launcher.errors import LaunchError
from launcher.settings import Settings

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Where everything is kept (.slackwater).")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def settings_of(**given: Any) -> Settings:
    """The environment's settings, with those overridden that were given on the command line."""
    return Settings.of(**{name: value for name, value in given.items() if value is not None})


def running(settings: Settings) -> Settings:
    """The settings, completed with the addresses of an `up` that runs on this data directory."""
    addresses = DataDirectory(settings.data_dir).read_addresses()
    if addresses is None:
        return settings
    found = {
        name: addresses[name]
        for name in ("database_url", "redis_url", "token_key_file")
        if getattr(settings, name) is None and addresses[name] is not None
    }
    return settings_of(**{"data_dir": settings.data_dir} | found)


@contextmanager
def said_plainly() -> Generator[None]:
    """What keeps us from doing something is told in words, not in a stack trace."""
    try:
        yield
    except (LaunchError, OSError) as error:
        from rich.console import Console

        Console(stderr=True).print(
            f"[bold red]slackwater:[/] {error}", highlight=False, soft_wrap=True
        )
        raise typer.Exit(1) from None
