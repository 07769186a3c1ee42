"""`slackwater rebuild`: builds projections anew from history, while everything runs."""

import json
from collections.abc import Sequence
from contextlib import closing
from typing import Any

from rich.console import Console
from rich.markup import escape

from launcher.errors import LaunchError
from launcher.poison import quarantine_of
from launcher.progress_bar import ProgressBar
from launcher.projection_servers import projection_servers
from launcher.settings import Settings
from launcher.shape import Shape
from projections.catalogue import EVERY_NAME
from projections.generations import Generations
from projections.log.store import Store
from projections.rebuild.lock import generations_lock
from projections.rebuild.rebuild import Rebuild, Servers
from projections.rebuild.rebuilt import Rebuilt
from projections.rebuild.relational import RelationalRebuild
from projections.relational.keys import RELATIONAL

console = Console()

DIFFERENCES_SHOWN_MAX = 10


def run_rebuild(
    settings: Settings,
    names: Sequence[str],
    shape: Shape,
    *,
    activate: bool,
    as_json: bool,
) -> int:
    """Rebuilds one after the other. Returns 0, or 1 if a verification failed.

    Raises LaunchError; what was rebuilt before stays so.
    """
    different = 0
    reports: list[dict[str, Any]] = []
    with projection_servers(settings) as (servers, store):
        for name in names:
            rebuilt = _rebuild(settings, servers, store, name, shape, activate=activate)
            reports.append(_report(rebuilt))
            different += rebuilt.different
            if not as_json:
                show_rebuilt(rebuilt)
    if as_json:
        print(json.dumps(reports, indent=2))
    return 1 if different else 0


def check_names(names: Sequence[str], *, every: bool) -> list[str]:
    """The projections that are meant. Raises LaunchError."""
    if every == bool(names):
        raise LaunchError(f"name projections ({', '.join(EVERY_NAME)}), or say --all")
    for name in names:
        if name not in EVERY_NAME:
            raise LaunchError(
                f"no projection is called {name!r}; there are {', '.join(EVERY_NAME)}"
            )
    return list(EVERY_NAME if every else dict.fromkeys(names))


def _rebuild(
    settings: Settings,
    servers: Servers,
    store: Store,
    name: str,
    shape: Shape,
    *,
    activate: bool,
) -> Rebuilt:
    with (
        generations_lock(servers.database_url, name) as still_alone,
        ProgressBar(name) as progress,
    ):
        if name == RELATIONAL:
            with closing(
                RelationalRebuild(
                    servers.database_url, store, progress, still_alone, poison=servers.poison
                )
            ) as tables:
                return tables.run(activate=activate)
        with quarantine_of(servers) as quarantine:
            active = Generations(servers.redis).ensure_active(
                name,
                shards=settings.shards,
                window=settings.window,
                great=settings.great,
                release=quarantine.release_number,
            )
        return Rebuild(servers, store, active, progress, still_alone).run(
            shards=shape.shards or active.shards,
            window=shape.window or active.window,
            great=shape.greatness(active.great, settings.great),
            activate=activate,
        )


def show_rebuilt(rebuilt: Rebuilt) -> None:
    """What was done, for people."""
    seconds = sum(rebuilt.seconds.values())
    phases = ", ".join(f"{phase} {took:.1f} s" for phase, took in rebuilt.seconds.items())
    _say(
        f"[bold]{rebuilt.projection}[/] generation {rebuilt.number}: {rebuilt.events:,} events in "
        f"{seconds:.1f} s, {rebuilt.events / seconds:,.0f} a second ({phases})"
    )
    assert rebuilt.findings is not None
    if rebuilt.different:
        _say(
            f"[bold red]not active:[/] {rebuilt.different:,} of {rebuilt.checked:,} items differ "
            "from history"
        )
        for difference in rebuilt.findings.differences[:DIFFERENCES_SHOWN_MAX]:
            _say(f"  {escape(str(difference))}")
    elif rebuilt.switched:
        _say(
            f"[green]active[/], {rebuilt.checked:,} items equal history; the old generation rests: "
            "[dim]slackwater generations list[/]"
        )
    else:
        _say(
            f"{rebuilt.checked:,} items equal history; it rests until "
            f"[dim]slackwater generations activate {rebuilt.projection} {rebuilt.number}[/]"
        )


def _say(what: str) -> None:
    console.print(what, highlight=False, soft_wrap=True)


def _report(rebuilt: Rebuilt) -> dict[str, Any]:
    return {
        "projection": rebuilt.projection,
        "generation": rebuilt.number,
        "events": rebuilt.events,
        "seconds": {phase: round(took, 3) for phase, took in rebuilt.seconds.items()},
        "events_per_second": round(rebuilt.events / sum(rebuilt.seconds.values())),
        "checked": rebuilt.checked,
        "different": rebuilt.different,
        "switched": rebuilt.switched,
    }
