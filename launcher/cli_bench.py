"""The `slackwater bench` commands."""

from pathlib import Path
from typing import Annotated

import typer

from launcher.cli_context import said_plainly

bench = typer.Typer(help="What this machine can do.", no_args_is_help=True)


@bench.callback()
def _group() -> None:  # pyright: ignore[reportUnusedFunction] - keeps `bench` a group
    """What this machine can do."""


@bench.command()
def scale(
    people: Annotated[int, typer.Option(min=100)] = 500_000,
    follows: Annotated[int, typer.Option(min=1)] = 15_000_000,
    posts: Annotated[int, typer.Option(min=1)] = 2_000_000,
    seed: Annotated[int, typer.Option(min=0, help="The same network for the same seed.")] = 1,
    read_seconds: Annotated[
        float, typer.Option(min=0.1, help="How long feeds are read, idle and again busy.")
    ] = 30.0,
    posts_per_second: Annotated[
        float, typer.Option(min=0.1, help="New posts while feeds are read.")
    ] = 100.0,
    tables: Annotated[bool, typer.Option(help="The relational projection as well.")] = True,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Begin even if memory or disk seem too small.")
    ] = False,
    data_dir: Annotated[
        Path | None, typer.Option("--data-dir", help="Keep all in this new place (temporary).")
    ] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the report here.")] = None,
) -> None:
    """Make a network of a real one's shape; write, rebuild, read and verify it; report all."""
    from launcher.scale.performance import Effort
    from launcher.scale.run import run_scale
    from launcher.scale.sizes import Sizes

    with said_plainly():
        sizes = Sizes(people, follows, posts, seed)
        effort = Effort(read_seconds, posts_per_second, tables)
        raise typer.Exit(
            run_scale(sizes, effort, data_dir=data_dir, json_file=json_file, anyway=anyway)
        )
