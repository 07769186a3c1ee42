"""The `slackwater` command."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from edge.tokens import Role
from launcher.cli_backup import backup, restore
from launcher.cli_bench import bench
from launcher.cli_context import AsJson, DataDir
from launcher.cli_context import running as _running
from launcher.cli_context import said_plainly as _said_plainly
from launcher.cli_context import settings_of as _settings
from launcher.cli_journal import journal
from launcher.cli_quarantine import quarantine
from launcher.cli_token_keys import token_keys
from launcher.settings import Settings
from launcher.token_key import new_token

app = typer.Typer(
    help="Slackwater: a home feed that is eventually consistent on purpose.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
generations = typer.Typer(help="The builds of each projection.", no_args_is_help=True)
app.add_typer(generations, name="generations")
app.add_typer(quarantine, name="quarantine")
app.add_typer(journal, name="journal")
app.add_typer(bench, name="bench")
app.add_typer(token_keys, name="token-keys")
app.command()(backup)
app.command()(restore)

Names = Annotated[list[str] | None, typer.Argument(help="home-feed, posts, profiles, relational.")]


@app.command()
def up(
    data_dir: DataDir = None,
    port: Annotated[int | None, typer.Option(help="The one address of both halves.")] = None,
    projectors: Annotated[int | None, typer.Option(help="Projector processes.")] = None,
) -> None:
    """Run everything on this machine until Ctrl-C."""
    from launcher.up import run_up

    with _said_plainly():
        settings = _settings(data_dir=data_dir, port=port, projectors=projectors)
        raise typer.Exit(run_up(settings))


@app.command()
def schema() -> None:
    """Make the tables in Postgres where they are missing, and the roles, and end."""
    from launcher.schema import make_schema

    _run(make_schema)


@app.command("command-api")
def command_api() -> None:
    """Run one command API."""
    from launcher.command_process import serve_commands

    _run(serve_commands)


@app.command("query-api")
def query_api() -> None:
    """Run one query API."""
    from launcher.query_process import serve_queries

    _run(serve_queries)


@app.command()
def relay() -> None:
    """Run one relay; of several, one is active."""
    from launcher.worker_process import relay

    _run(relay)


@app.command()
def projector() -> None:
    """Run one projector; several share the shards."""
    from launcher.worker_process import projector

    _run(projector)


@app.command("relational-projector")
def relational_projector() -> None:
    """Run one relational projector; more of them do no harm, and no good either."""
    from launcher.relational_process import relational_projector

    _run(relational_projector)


@app.command()
def status(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Show the head of the log, the lag of every shard, and the workers."""
    from launcher.status import show_status

    with _said_plainly():
        settings = _running(_settings(data_dir=data_dir))
        raise typer.Exit(asyncio.run(show_status(settings, as_json=as_json)))


@app.command()
def check(data_dir: DataDir = None) -> None:
    """Check the settings, the servers they name and the journal: errors and warnings."""
    from launcher.check import show_check

    with _said_plainly():
        raise typer.Exit(show_check(_settings(data_dir=data_dir)))


@app.command()
def token(
    subject: Annotated[str, typer.Argument(help="A person's id; a name for the other roles.")],
    role: Annotated[Role, typer.Option(help="As what its bearer calls.")] = Role.PERSON,
    data_dir: DataDir = None,
) -> None:
    """Print a new access token: for a person, a service or an operator."""
    with _said_plainly():
        typer.echo(new_token(_running(_settings(data_dir=data_dir)), role, subject))


@app.command()
def demo(
    source: Annotated[
        Path | None, typer.Option("--input", help="A directory with a history to play.")
    ] = None,
    posts: Annotated[int | None, typer.Option(min=1, help="Play so many posts.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the report here.")] = None,
) -> None:
    """Play a real social history, break things, and show that every feed converges."""
    from launcher.demo.run import run_demo

    with _said_plainly():
        raise typer.Exit(run_demo(source=source, posts=posts, json_file=json_file))


@app.command()
def rebuild(
    projections: Names = None,
    every: Annotated[bool, typer.Option("--all", help="Every projection.")] = False,
    shards: Annotated[int | None, typer.Option(min=1, help="Shards (as before).")] = None,
    window: Annotated[
        int | None, typer.Option(min=1, help="Posts in a window (as before).")
    ] = None,
    great_from: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Followers in a shard with which an author becomes great; 0: nobody (as before).",
        ),
    ] = None,
    great_until: Annotated[
        int | None,
        typer.Option(min=0, help="Followers with which they cease to be, fewer (as before)."),
    ] = None,
    switch: Annotated[bool, typer.Option(help="Let readers follow once it is verified.")] = True,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Build projections anew from history, verify them, and switch, while all runs."""
    from launcher.rebuild import check_names, run_rebuild
    from launcher.shape import Shape

    with _said_plainly():
        names = check_names(projections or [], every=every)
        settings = _running(_settings(data_dir=data_dir))
        shape = Shape(shards, window, great_from, great_until)
        raise typer.Exit(run_rebuild(settings, names, shape, activate=switch, as_json=as_json))


@app.command()
def verify(
    projections: Names = None,
    sample: Annotated[
        str | None, typer.Option(help="Compare only a part, e.g. 1% (100%; watching: 5%).")
    ] = None,
    seed: Annotated[int, typer.Option(help="Which part: the same for the same seed.")] = 0,
    repair: Annotated[bool, typer.Option("--repair", help="Mend what differs.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on auditing until Ctrl-C.")] = False,
    every: Annotated[float, typer.Option(min=0.1, help="Watching: pause in seconds.")] = 30.0,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Hold what readers see against history, while all runs.

    Exit code 0: equal. 1: different. 2: it could not be told.
    """
    from launcher.verify import run_verify, run_watch, told, wanted

    def run() -> int:
        settings = _running(_settings(data_dir=data_dir))
        names, part = wanted(projections or [], sample or ("5%" if watch else "100%"), seed)
        if watch:
            return run_watch(settings, names, part, every_seconds=every, repair=repair)
        return run_verify(settings, names, part, repair=repair, as_json=as_json)

    raise typer.Exit(told(run))


@generations.command("list")
def generations_list(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """List every build of every projection."""
    from launcher.generations import list_generations

    with _said_plainly():
        settings = _running(_settings(data_dir=data_dir))
        raise typer.Exit(list_generations(settings, as_json=as_json))


@generations.command()
def activate(projection: str, number: int, data_dir: DataDir = None) -> None:
    """Bring a resting build up to date, verify it, and let readers follow it."""
    from launcher.generations import activate_generation

    with _said_plainly():
        settings = _running(_settings(data_dir=data_dir))
        raise typer.Exit(activate_generation(settings, projection, number))


@generations.command()
def drop(projection: str, number: int, data_dir: DataDir = None) -> None:
    """Remove a build that is not active."""
    from launcher.generations import drop_generation

    with _said_plainly():
        settings = _running(_settings(data_dir=data_dir))
        raise typer.Exit(drop_generation(settings, projection, number))


def _run(process: Callable[[Settings], None]) -> None:
    with _said_plainly():
        process(_settings())
