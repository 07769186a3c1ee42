"""`slackwater status`: the head of the log, the lag of every shard, and who is at work."""

import json
from typing import Any

import psycopg
from redis.exceptions import RedisError
from rich.console import Console
from rich.table import Table

from launcher.required import database_url, redis_url
from launcher.settings import Settings
from projections.errors import ProjectionUnavailable
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
    try:
        await models.watch.look_at_store()
    except psycopg.Error as error:
        status["faults"].append(f"Postgres does not answer: {error}")
    try:
        await models.watch.look_at_stream()
        status["workers"] = await vitals_of(models.redis, "relay")
        status["workers"] += await vitals_of(models.redis, "projector")
        status["projections"] = await LagWatch(models).measure()
    except RedisError as error:
        status["faults"].append(f"Redis does not answer: {error}")
    except ProjectionUnavailable as error:
        status["faults"].append(str(error))
    await models.close()
    for worker in status["workers"]:
        worker.pop("propagation_seconds", None)
    status |= {"head": models.watch.head.position, "epoch": models.watch.epoch}
    return status


def _show(status: Status) -> None:
    console.print(f"head [bold]{status['head']}[/] of epoch [bold]{status['epoch'] or '?'}[/]")
    table = Table("projection", "shard", "position", "lag, events", "lag, seconds")
    for projection, shards in status["projections"].items():
        for shard in shards:
            table.add_row(
                projection,
                str(shard["shard"]),
                str(shard["position"]),
                str(shard["lag_events"]),
                f"{shard['lag_seconds']:.3f}",
            )
    if table.row_count:
        console.print(table)
    for worker in status["workers"]:
        work = ", ".join(worker.get("shards", [])) or ("active" if worker.get("active") else "-")
        console.print(f"[bold]{worker['role']}[/] {worker['host']}:{worker['pid']}  {work}")
    for fault in status["faults"]:
        console.print(f"[bold red]fault[/] {fault}", highlight=False)
