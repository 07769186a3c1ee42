"""`slackwater quarantine`: what could not be read, and how it comes back."""

import json
import sys
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from launcher.errors import LaunchError
from launcher.poison import LeftOut, Waiting, left_out, quarantine_of, standings, waiting
from launcher.projection_servers import projection_servers
from launcher.rebuild import run_rebuild
from launcher.settings import Settings
from launcher.shape import Shape
from projections.catalogue import EVERY_NAME

console = Console()


def list_quarantine(settings: Settings, *, as_json: bool) -> int:
    """Prints every event that is left out, and every one that is waited in front of."""
    with projection_servers(settings) as (servers, store), quarantine_of(servers) as quarantine:
        standing = standings(servers)
        out = left_out(quarantine, standing)
        stopped = waiting(quarantine, store, standing)
    rows = [_row_of_left_out(one) for one in out] + [_row_of_waiting(one) for one in stopped]
    if as_json:
        print(json.dumps(rows, indent=2))
    elif rows:
        _show(rows)
    else:
        _say("nothing is in quarantine, and nothing is waited for")
    return 0


def retry_quarantine(settings: Settings, *, is_confirmed: bool) -> int:
    """Gives back what can be read now, and rebuilds every projection that lacks it.

    Returns 0 if nothing is left out then, else 1. May be called again after it was ended early.
    Raises LaunchError.
    """
    with projection_servers(settings) as (servers, _), quarantine_of(servers) as quarantine:
        standing = standings(servers)
        out = left_out(quarantine, standing)
        readable = [one.event.position for one in out if one.event.can_be_read]
        if not readable:
            _say(_nothing_to_do(out))
            return 1 if out else 0
        back = [one for one in out if one.event.can_be_read]
        lacking = {name for one in back for name in one.projections}
        names = [name for name in EVERY_NAME if name in lacking]
        _say(
            f"{len(back):,} of {len(out):,} events can be read now. To bring them back, these are "
            f"built anew from history, while everything runs: {', '.join(names) or 'none'}"
        )
        if not is_confirmed:
            _confirm()
        quarantine.give_back(readable)
    if names and run_rebuild(settings, names, Shape(), activate=True, as_json=False):
        _say("[bold red]not all of it came back[/]: see above, then retry again")
        return 1
    rest = len(out) - len(back)
    _say(f"[green]{len(back):,} events are back[/]; {rest:,} are left in quarantine")
    return 1 if rest else 0


def _confirm() -> None:
    if not sys.stdin.isatty():
        raise LaunchError("say --yes if that is what you want: there is no terminal to ask")
    if not typer.confirm("Go on?"):
        raise LaunchError("nothing was done")


def _nothing_to_do(out: list[LeftOut]) -> str:
    if not out:
        return "nothing is in quarantine"
    return (
        f"{len(out):,} events are in quarantine, and this version of Slackwater can read none of "
        "them: slackwater quarantine list"
    )


def _row_of_left_out(one: LeftOut) -> dict[str, Any]:
    event = one.event
    return {
        "position": event.position,
        "state": "quarantined" if event.released is None else "to be built in",
        "topic": event.topic,
        "aggregate": str(event.originator_id),
        "since": event.since.isoformat(timespec="seconds"),
        "projections": one.projections,
        "reason": event.reason,
    }


def _row_of_waiting(one: Waiting) -> dict[str, Any]:
    return {
        "position": one.event.position,
        "state": "waited for",
        "topic": one.event.topic,
        "aggregate": None,
        "since": None,
        "projections": one.projections,
        "reason": one.event.reason,
    }


def _show(rows: list[dict[str, Any]]) -> None:
    table = Table("position", "state", "topic", "since", "projections", "reason")
    for row in rows:
        table.add_row(
            str(row["position"]), row["state"], escape(row["topic"]), row["since"] or "",
            ", ".join(row["projections"]), escape(row["reason"]),
        )  # fmt: skip
    console.print(table)


def _say(what: str) -> None:
    console.print(what, highlight=False, soft_wrap=True)
