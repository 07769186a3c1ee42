"""A store that was put back to an older backup, and everything else going on until it fits it."""

from pathlib import Path

from projections.catalogue import NAMES
from projections.log.errors import HistoryMismatch, StoreUnreachable
from projections.log.relay import Relay
from projections.log.store import Store
from projections.progress import Silence
from projections.shards import Checkpoint
from projections.verify.inspection import Sample
from projections.verify.verification import Verification
from tests.integration.backups import Backup
from tests.integration.pipeline import Pipeline, no_wait, patiently


def four_of_eight(pipeline: Pipeline, database_url: str, tmp_path: Path) -> Backup:
    """A backup of four events; eight are in Redis."""
    pipeline.people(2)
    backup = Backup.of(database_url, tmp_path / "backup.sql")
    register(pipeline, "lost_1", "lost_2")
    pipeline.carry()
    projector = pipeline.projector()
    pipeline.project(projector)
    projector._member.leave()  # the next one has all shards at once
    return backup


def register(pipeline: Pipeline, *handles: str) -> None:
    for handle in handles:
        pipeline.write_model.register(handle=handle, display_name=None)


def settle(pipeline: Pipeline, relay: Relay | None = None) -> None:
    """Relay and a projector go on until everything stands where the store is."""
    relay, projector = relay or pipeline.own_relay, pipeline.projector()
    for _ in patiently():
        relay._member._next_beat = projector._share_until = 0.0
        try:
            relay.step(no_wait)
            projector.step()
        except (StoreUnreachable, HistoryMismatch):
            continue
        stands = set(pipeline.checkpoints().values()) == {Checkpoint(pipeline.head())}
        if stands and relay._last == pipeline.stream.last_position() == pipeline.head():
            projector._member.leave()  # the next one has all shards at once
            return
    raise AssertionError(f"{pipeline.checkpoints()}, head {pipeline.head()}")


def assert_equal_to_history(pipeline: Pipeline, database_url: str) -> None:
    pipeline.has_carried_all()
    with Verification(database_url, pipeline.redis) as verification:
        report = verification.run(NAMES, Sample(), Silence())
    assert report.checked > 0
    assert report.different == 0, [f.differences for f in report.findings]


def new_store_connection(pipeline: Pipeline) -> Store:
    """The pipeline's own was cut."""
    pipeline.store.close()
    return pipeline.store
