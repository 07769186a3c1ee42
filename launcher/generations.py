"""`slackwater generations`: which builds of each projection there are; going back; tidying up."""

import json

from rich.console import Console
from rich.table import Table

from launcher.errors import LaunchError
from launcher.progress_bar import ProgressBar
from launcher.projection_servers import projection_servers
from launcher.rebuild import check_names, show_rebuilt
from launcher.settings import Settings
from projections.catalogue import NAMES
from projections.generations import Generations
from projections.rebuild.lock import generations_lock
from projections.rebuild.rebuild import Rebuild
from projections.shards import Generation, Listed, State

console = Console()


def list_generations(settings: Settings, *, as_json: bool) -> int:
    """Prints every generation with its state and how far it stands."""
    with projection_servers(settings) as (servers, _):
        generations = Generations(servers.redis)
        listed = [one for name in NAMES for one in generations.listed(name)]
        rows = [_row(generations, one) for one in listed]
    if as_json:
        print(json.dumps(rows, indent=2))
        return 0
    table = Table()
    for column in rows[0] if rows else ("projection", "generation", "state"):
        table.add_column(column, justify="left" if column in ("projection", "state") else "right")
    for row in rows:
        table.add_row(
            *(f"{value:,}" if isinstance(value, int) else value for value in row.values())
        )
    console.print(table)
    return 0


def activate_generation(settings: Settings, projection: str, number: int) -> int:
    """Brings a resting generation up to date, verifies it, switches. Returns 1 if it differs."""
    check_names([projection], every=False)
    with (
        projection_servers(settings) as (servers, store),
        generations_lock(servers.database_url, projection),
        ProgressBar(projection) as progress,
    ):
        listed = Generations(servers.redis).listed(projection)
        resting = _find(listed, number, State.RESTING, "activated")
        [active] = [one.generation for one in listed if one.state == State.ACTIVE]
        rebuilt = Rebuild(servers, store, active, progress).activate(resting)
    show_rebuilt(rebuilt)
    return 0 if rebuilt.switched else 1


def drop_generation(settings: Settings, projection: str, number: int) -> int:
    """Removes a generation that is not active."""
    check_names([projection], every=False)
    with (
        projection_servers(settings) as (servers, _),
        generations_lock(servers.database_url, projection),
        ProgressBar(projection) as progress,
    ):
        generations = Generations(servers.redis)
        listed = generations.listed(projection)
        generation = _find(listed, number, State.RESTING, "dropped", State.BUILDING)
        progress.begin(f"dropping generation {number}", None)
        generations.drop(generation, lambda keys: progress.at(keys, f"{keys:,} keys"))
    console.print(f"dropped {projection} generation {number}", highlight=False)
    return 0


def _find(listed: list[Listed], number: int, state: State, what: str, *others: State) -> Generation:
    for one in listed:
        if one.generation.number == number:
            if one.state in (state, *others):
                return one.generation
            raise LaunchError(
                f"{one.generation.projection} generation {number} is {one.state}: only one that "
                f"is {' or '.join((state, *others))} can be {what}"
            )
    numbers = ", ".join(str(one.generation.number) for one in listed) or "none"
    raise LaunchError(f"there is no generation {number}; there are: {numbers}")


def _row(generations: Generations, listed: Listed) -> dict[str, str | int]:
    generation = listed.generation
    checkpoints = generations.checkpoints(generation.all_shards()).values()
    return {
        "projection": generation.projection,
        "generation": generation.number,
        "state": str(listed.state),
        "shards": generation.shards,
        "window": generation.window,
        "position": min(checkpoint.position for checkpoint in checkpoints),
    }
