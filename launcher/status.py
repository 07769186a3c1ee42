"""`slackwater status`: the head of the log, the lag of every shard, and who is at work."""

import contextlib
import json
from dataclasses import asdict
from typing import Any

import psycopg
from redis.exceptions import RedisError
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from launcher.poison import quarantine_of, standings, waiting
from launcher.projection_servers import projection_servers
from launcher.required import database_url, redis_url
from launcher.settings import Settings
from projections.errors import ProjectionUnavailable, RelationalUnreachable
from projections.vitals import vitals_of
from query_api.lag_watch import LagWatch
from query_api.read_models import ReadModels

console = Console()

Status = dict[str, Any]


async def show_status(settings: Settings, *, as_json: bool) -> int:
    """Prints the status. Returns 0, or 1 if a server does not answer. Raises SettingMissing."""
    status = await _look(settings)
    if as_json:
        console.print_json(json.dumps(status))
    else:
        _show(status)
    return 1 if status["faults"] else 0


async def _look(settings: Settings) -> Status:
    models = ReadModels(redis_url(settings), database_url(settings))
    status: Status = {"head": 0, "epoch": "", "projections": {}, "workers": [], "faults": []}
    status |= {"quarantined": 0, "waited_for": []}
    try:
        await models.watch.look_at_store()
    except psycopg.Error as error:
        status["faults"].append(f"Postgres does not answer: {error}")
    try:
        await models.watch.look_at_stream()
        status["workers"] = await vitals_of(models.redis, "relay")
        status["workers"] += await vitals_of(models.redis, "projector")
        status["projections"] |= await _lag(models)
    except RedisError as error:
        status["faults"].append(f"Redis does not answer: {error}")
    except ProjectionUnavailable as error:
        status["faults"].append(str(error))
    try:
        status["projections"] |= await LagWatch(models).measure_tables()
    except (RelationalUnreachable, ProjectionUnavailable) as error:
        status["faults"].append(str(error))
    await models.close()
    if not status["faults"]:
        status["waited_for"] = _waited_for(settings)
    for worker in status["workers"]:
        worker.pop("propagation_seconds", None)
    status |= {"head": models.watch.head.position, "epoch": models.watch.epoch}
    status["quarantined"] = models.watch.quarantined
    return status


async def _lag(models: ReadModels) -> dict[str, list[dict[str, object]]]:
    lag = LagWatch(models)
    found = await lag.measure()
    if models.watch.has_to_ask_store:
        with contextlib.suppress(psycopg.Error):  # it was asked before: that has been told
            await models.watch.look_at_store()
        found = await lag.measure()
    return found


def _waited_for(settings: Settings) -> list[dict[str, Any]]:
    """Events that cannot be read and that nobody may pass."""
    with projection_servers(settings) as (servers, store), quarantine_of(servers) as quarantine:
        found = waiting(quarantine, store, standings(servers))
    return [asdict(one.event) | {"projections": one.projections} for one in found]


def _cold(shard: dict[str, Any]) -> str:
    """Nothing of what has no feeds; a generation of before feeds could cool says that it cannot."""
    if "cold_feeds" not in shard:
        return ""
    return "cannot be" if shard["cold_feeds"] is None else str(shard["cold_feeds"])


def _show(status: Status) -> None:
    console.print(f"head [bold]{status['head']}[/] of epoch [bold]{status['epoch'] or '?'}[/]")
    table = Table("projection", "shard", "position", "lag, events", "lag, seconds", "cold feeds")
    for projection, shards in status["projections"].items():
        for shard in shards:
            table.add_row(
                projection,
                str(shard["shard"]),
                str(shard["position"]),
                str(shard["lag_events"]),
                f"{shard['lag_seconds']:.3f}",
                _cold(shard),
            )
    if table.row_count:
        console.print(table)
    for worker in status["workers"]:
        work = ", ".join(worker.get("shards", [])) or ("active" if worker.get("active") else "-")
        console.print(f"[bold]{worker['role']}[/] {worker['host']}:{worker['pid']}  {work}")
    for one in status["waited_for"]:
        console.print(
            f"[bold red]stopped[/] before position {one['position']}: "
            f"{', '.join(one['projections'])}: {escape(one['reason'])}",
            highlight=False,
        )
    if status["quarantined"]:
        console.print(
            f"[yellow]left out[/] {status['quarantined']:,} events: slackwater quarantine list",
            highlight=False,
        )
    for fault in status["faults"]:
        console.print(f"[bold red]fault[/] {fault}", highlight=False)
