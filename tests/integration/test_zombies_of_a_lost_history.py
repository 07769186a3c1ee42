"""Who slept through a change of history wakes up with what was lost, and can do nothing with it."""

from pathlib import Path
from typing import Any, cast

import pytest

from projections.log.entry import Entry
from projections.log.errors import StoreUnreachable
from projections.log.reader import LogReader
from projections.projector import Projector
from tests.integration.backups import Backup
from tests.integration.pipeline import Pipeline
from tests.integration.restored_store import (
    assert_equal_to_history,
    register,
    settle,
)
from tests.waiting import until


class Sleeper(LogReader):
    """Reads, and falls asleep before what it read is applied."""

    def __init__(self, pipeline: Pipeline, sleep: Any) -> None:
        super().__init__(pipeline.stream, pipeline.store)
        self._sleep = sleep

    def read_after(self, position: int, limit: int, block_ms: int | None = None) -> list[Entry]:
        entries = super().read_after(position, limit, block_ms)
        if entries:
            self._sleep()
        return entries


@pytest.mark.parametrize("applied_before", [True, False])
def test_a_projector_that_slept_through_the_change_writes_nothing_of_the_lost_history(
    pipeline: Pipeline, database_url: str, tmp_path: Path, *, applied_before: bool
) -> None:
    """Neither one with shards that stand somewhere, nor one whose shards begin."""
    pipeline.people(2)
    backup = Backup.of(database_url, tmp_path / "backup.sql")
    zombie = pipeline.projector()
    if applied_before:
        pipeline.carry()
        pipeline.project(zombie)
    register(pipeline, "lost_1", "lost_2")
    pipeline.carry()
    seen: dict[bytes, Any] = {}

    def sleep() -> None:
        if seen:
            return
        zombie._member.leave()
        backup.put_back(cut=True)
        register(pipeline, "since_1", "since_2")
        settle(pipeline)
        seen.update(everything(pipeline))

    zombie._log = Sleeper(pipeline, sleep)
    zombie._share_until = 0.0
    zombie._member._next_beat = 0.0
    until(lambda: stepped(zombie), "it finds its connections again")
    assert seen
    lost = {k: v for k, v in everything(pipeline).items() if seen.get(k) != v}
    assert lost == {}
    assert_equal_to_history(pipeline, database_url)


def stepped(projector: Projector) -> bool:
    """As its worker steps: a store that cut a connection off is asked again."""
    try:
        projector.step()
    except StoreUnreachable:
        return False
    return True


def everything(pipeline: Pipeline) -> dict[bytes, Any]:
    keys = cast("list[bytes]", pipeline.redis.keys("{*"))
    return {key: pipeline.redis.dump(key) for key in keys}
