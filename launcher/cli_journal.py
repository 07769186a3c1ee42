"""The `slackwater journal` commands."""

from typing import Annotated
from uuid import UUID

import typer

from command_api.journal.state import State
from launcher.cli_context import AsJson, DataDir, said_plainly, settings_of

journal = typer.Typer(help="Commands that wait for Postgres.", no_args_is_help=True)


@journal.command("list")
def list_commands(
    state: Annotated[State | None, typer.Option(help="Only those in this state.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="So many at most, the newest.")] = 100,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List commands that were accepted while Postgres was away, and how they fare."""
    from launcher.journal import list_journal

    with said_plainly():
        settings = settings_of(data_dir=data_dir)
        raise typer.Exit(list_journal(settings, state=state, limit=limit, as_json=as_json))


@journal.command()
def retry(
    command_id: Annotated[UUID | None, typer.Argument(help="Which (all rejected ones).")] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Let rejected commands wait again, in the order in which they were accepted."""
    from launcher.journal import retry_rejected

    with said_plainly():
        settings = settings_of(data_dir=data_dir)
        raise typer.Exit(retry_rejected(settings, command_id, as_json=as_json))
