"""`slackwater generations`: which builds of each projection there are; going back; tidying up."""

import json
from contextlib import closing

from redis import Redis
from rich.console import Console
from rich.table import Table

from launcher.errors import LaunchError
from launcher.progress_bar import ProgressBar
from launcher.projection_servers import projection_servers
from launcher.rebuild import check_names, show_rebuilt
from launcher.settings import Settings
from projections.catalogue import NAMES
from projections.generations import Generations
from projections.home_feed.keys import HOME_FEED
from projections.home_feed.turning import Turning
from projections.rebuild.lock import generations_lock
from projections.rebuild.rebuild import Rebuild
from projections.rebuild.relational import RelationalRebuild
from projections.relational.generations import RelationalGeneration, RelationalGenerations
from projections.relational.keys import RELATIONAL
from projections.shards import Generation, Listed, State

console = Console()

Row = dict[str, str | int | bool | None]


def list_generations(settings: Settings, *, as_json: bool) -> int:
    """Prints every generation with its state and how far it stands."""
    with projection_servers(settings) as (servers, _):
        rows = _rows_in_redis(servers.redis)
        with closing(RelationalGenerations(servers.database_url)) as tables:
            rows += [_row_in_postgres(one) for one in tables.all()]
    if as_json:
        print(json.dumps(rows, indent=2))
        return 0
    table = Table()
    for column in _shown(rows[0]) if rows else ():
        table.add_column(
            column.replace("_", " "),
            justify="left" if column in ("projection", "state") else "right",
            no_wrap=column in ("projection", "state"),
        )
    for row in rows:
        table.add_row(*("" if cell is None else f"{cell}" for cell in _shown(row).values()))
    console.print(table)
    return 0


def _shown(row: Row) -> Row:
    """For people: one column says whether feeds can be cold, and how many are."""
    shown = {name: cell for name, cell in row.items() if name != "can_cool"}
    if row["can_cool"] is False:
        shown["cold_feeds"] = "cannot be"
    return shown


def activate_generation(settings: Settings, projection: str, number: int) -> int:
    """Brings a resting generation up to date, verifies it, switches. Returns 1 if it differs."""
    check_names([projection], every=False)
    with (
        projection_servers(settings) as (servers, store),
        generations_lock(servers.database_url, projection) as still_alone,
        ProgressBar(projection) as progress,
    ):
        if projection == RELATIONAL:
            with closing(
                RelationalRebuild(
                    servers.database_url, store, progress, still_alone, poison=servers.poison
                )
            ) as tables:
                rebuilt = tables.activate(number)
        else:
            listed = Generations(servers.redis).listed(projection)
            resting = _find(listed, number, State.RESTING, "activated")
            [active] = [one.generation for one in listed if one.state == State.ACTIVE]
            rebuilt = Rebuild(servers, store, active, progress, still_alone).activate(resting)
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
        progress.begin(f"dropping generation {number}", None)
        if projection == RELATIONAL:
            with closing(RelationalGenerations(servers.database_url)) as tables:
                tables.drop(number)
        else:
            generations = Generations(servers.redis)
            listed = generations.listed(projection)
            generation = _find(listed, number, State.RESTING, "dropped", State.BUILDING)
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


def _rows_in_redis(redis: Redis) -> list[Row]:
    generations, rows = Generations(redis), list[Row]()
    for listed in [one for name in NAMES for one in generations.listed(name)]:
        generation = listed.generation
        checkpoints = generations.checkpoints(generation.all_shards()).values()
        has_feeds = generation.projection == HOME_FEED
        cold = Turning(redis).cold_feeds(generation.all_shards()) if has_feeds else {}
        rows.append(
            {
                "projection": generation.projection,
                "generation": generation.number,
                "state": str(listed.state),
                "shards": generation.shards,
                "window": generation.window,
                "great_from": generation.great.begins_at or None,
                "great_until": generation.great.ends_at if generation.great.is_possible else None,
                "can_cool": generation.can_cool if has_feeds else None,
                "cold_feeds": sum(cold.values()) if has_feeds and generation.can_cool else None,
                "position": min(checkpoint.position for checkpoint in checkpoints),
            }
        )
    return rows


def _row_in_postgres(one: RelationalGeneration) -> Row:
    return {
        "projection": RELATIONAL,
        "generation": one.number,
        "state": "active" if one.active else one.state,
        "shards": None,
        "window": None,
        "great_from": None,
        "great_until": None,
        "can_cool": None,
        "cold_feeds": None,
        "position": one.position,
    }
