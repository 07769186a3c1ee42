"""`slackwater backup` and `slackwater restore`."""

from pathlib import Path
from typing import Annotated

import typer

from launcher.cli_context import AsJson, DataDir, running, said_plainly, settings_of


def backup(
    place: Annotated[Path, typer.Argument(help="A directory that is not there yet.")],
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Keep the whole event store in a directory, as of now, while everything runs."""
    from launcher.backup import run_backup

    with said_plainly():
        settings = running(settings_of(data_dir=data_dir))
        raise typer.Exit(run_backup(settings, place, as_json=as_json))


def restore(
    place: Annotated[Path, typer.Argument(help="What `backup` has written.")],
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Put a backup back into an empty event store: all of it, or nothing."""
    from launcher.backup import run_restore

    with said_plainly():
        settings = running(settings_of(data_dir=data_dir))
        raise typer.Exit(run_restore(settings, place, as_json=as_json))
