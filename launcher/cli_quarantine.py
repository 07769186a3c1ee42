"""The `slackwater quarantine` commands."""

from typing import Annotated

import typer

from launcher.cli_context import AsJson, DataDir, running, said_plainly, settings_of

quarantine = typer.Typer(help="Events that cannot be read.", no_args_is_help=True)


@quarantine.command("list")
def list_events(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """List events that are left out, and events that projections wait in front of."""
    from launcher.quarantine import list_quarantine

    with said_plainly():
        settings = running(settings_of(data_dir=data_dir))
        raise typer.Exit(list_quarantine(settings, as_json=as_json))


@quarantine.command()
def retry(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Bring back what can be read now: every projection is built anew with it."""
    from launcher.quarantine import retry_quarantine

    with said_plainly():
        settings = running(settings_of(data_dir=data_dir))
        raise typer.Exit(retry_quarantine(settings, is_confirmed=yes))
