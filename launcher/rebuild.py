"""`slackwater rebuild`: builds projections anew from history, while everything runs."""

import json
from collections.abc import Sequence
from typing import Any

from rich.console import Console

from launcher.errors import LaunchError
from launcher.progress_bar import ProgressBar
from launcher.projection_servers import projection_servers
from launcher.settings import Settings
from projections.catalogue import NAMES
from projections.generations import Generations
from projections.log.store import Store
from projections.rebuild.lock import generations_lock
from projections.rebuild.rebuild import Rebuild, Rebuilt, Servers

console = Console()


def run_rebuild(
    settings: Settings,
    names: Sequence[str],
    *,
    shards: int | None,
    window: int | None,
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
            rebuilt = _rebuild(settings, servers, store, name, shards, window, activate=activate)
            reports.append(_report(rebuilt))
            different += rebuilt.findings.different if rebuilt.findings else 0
            if not as_json:
                show_rebuilt(rebuilt)
    if as_json:
        print(json.dumps(reports, indent=2))
    return 1 if different else 0


def check_names(names: Sequence[str], *, every: bool) -> list[str]:
    """The projections that are meant. Raises LaunchError."""
    if every == bool(names):
        raise LaunchError(f"name projections ({', '.join(NAMES)}), or say --all")
    for name in names:
        if name not in NAMES:
            raise LaunchError(f"no projection is called {name!r}; there are {', '.join(NAMES)}")
    return list(NAMES if every else dict.fromkeys(names))


def _rebuild(
    settings: Settings,
    servers: Servers,
    store: Store,
    name: str,
    shards: int | None,
    window: int | None,
    *,
    activate: bool,
) -> Rebuilt:
    with generations_lock(servers.database_url, name), ProgressBar(name) as progress:
        active = Generations(servers.redis).ensure_active(
            name, shards=settings.shards, window=settings.window
        )
        return Rebuild(servers, store, active, progress).run(
            shards=shards or active.shards, window=window or active.window, activate=activate
        )


def show_rebuilt(rebuilt: Rebuilt) -> None:
    """What was done, for people."""
    generation, seconds = rebuilt.generation, sum(rebuilt.seconds.values())
    console.print(
        f"[bold]{generation.projection}[/] generation {generation.number}: {rebuilt.events:,} "
        f"events in {seconds:.1f} s, {rebuilt.events / seconds:,.0f} a second "
        f"({', '.join(f'{phase} {took:.1f} s' for phase, took in rebuilt.seconds.items())})",
        highlight=False,
        soft_wrap=True,
    )
    assert rebuilt.findings is not None
    checked = sum(tally.checked for tally in rebuilt.findings.tallies.values())
    if rebuilt.findings.different:
        console.print(
            f"[bold red]not active:[/] {rebuilt.findings.different:,} of {checked:,} items differ "
            "from history",
            highlight=False,
        )
        for difference in rebuilt.findings.differences[:10]:
            console.print(f"  {difference}", highlight=False, soft_wrap=True)
    elif rebuilt.switched:
        console.print(
            f"[green]active[/], {checked:,} items equal history; the old generation rests: "
            "[dim]slackwater generations list[/]",
            highlight=False,
            soft_wrap=True,
        )
    else:
        console.print(
            f"{checked:,} items equal history; it rests until "
            f"[dim]slackwater generations activate {generation.projection} {generation.number}[/]",
            highlight=False,
            soft_wrap=True,
        )


def _report(rebuilt: Rebuilt) -> dict[str, Any]:
    generation, seconds = rebuilt.generation, sum(rebuilt.seconds.values())
    assert rebuilt.findings is not None
    return {
        "projection": generation.projection,
        "generation": generation.number,
        "shards": generation.shards,
        "window": generation.window,
        "events": rebuilt.events,
        "keys": rebuilt.keys,
        "seconds": {phase: round(took, 3) for phase, took in rebuilt.seconds.items()},
        "events_per_second": round(rebuilt.events / seconds),
        "checked": sum(tally.checked for tally in rebuilt.findings.tallies.values()),
        "different": rebuilt.findings.different,
        "switched": rebuilt.switched,
    }
