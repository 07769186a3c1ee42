"""The relay: the stream is the store's log, in order, without a hole, whoever carries it."""

import time
from contextlib import closing

import psycopg
import pytest

from projections.log import relay as relay_module
from projections.log.entry import Entry
from projections.log.errors import HistoryMismatch
from projections.log.reader import REFILLED
from projections.log.relay import Relay
from projections.log.store import Store
from projections.membership import Member
from projections.shards import FOREVER
from tests.integration.pipeline import Pipeline, no_wait, patiently


def burn_a_position(database_url: str) -> None:
    """Makes a hole, as a rolled-back insert does."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "SELECT nextval(pg_get_serial_sequence('slackwater_events', 'notification_id'))"
        )


def test_the_stream_holds_the_stores_log_entry_by_entry_and_names_each_entrys_predecessor(
    pipeline: Pipeline, database_url: str
) -> None:
    pipeline.people(2)
    burn_a_position(database_url)
    pipeline.write_model.register(handle="late", display_name="L")
    pipeline.carry(pipeline.relay())
    carried = pipeline.has_carried_all()
    assert [(entry.prev, entry.position) for entry in carried] == [
        (0, 1), (1, 2), (2, 3), (3, 4), (4, 6), (6, 7)
    ]  # fmt: skip


def test_a_new_relay_goes_on_after_the_streams_own_last_entry(pipeline: Pipeline) -> None:
    first, second = pipeline.relay(), pipeline.relay()
    pipeline.people(3)
    pipeline.carry(first)
    first._member.leave()
    pipeline.write_model.register(handle="late", display_name=None)
    second._member._next_beat = 0.0
    pipeline.carry(second)
    pipeline.has_carried_all()


def test_only_the_eldest_relay_carries(pipeline: Pipeline) -> None:
    first, second = pipeline.relay(), pipeline.relay()
    first.step(no_wait)
    second.step(no_wait)
    pipeline.people(1)
    second.step(no_wait)
    assert pipeline.stream.last_position() == 0
    pipeline.carry(first)


def test_a_relay_that_slept_through_its_successors_work_writes_nothing(
    pipeline: Pipeline,
) -> None:
    pipeline.people(3)
    pipeline.carry(pipeline.relay())
    epoch, entries = pipeline.store.epoch(), pipeline.store.read_after(2, 10)
    before = pipeline.stream.read_after(0, 100)
    assert pipeline.stream.append(epoch, 2, entries) == 6
    assert pipeline.stream.append(epoch, 4, entries[2:]) == 6
    assert pipeline.stream.read_after(0, 100) == before


def test_an_append_that_would_leave_a_hole_is_refused_whole(pipeline: Pipeline) -> None:
    pipeline.people(2)
    epoch, entries = pipeline.store.epoch(), pipeline.store.read_after(0, 10)
    pipeline.stream.claim_epoch(epoch)
    assert pipeline.stream.append(epoch, 0, entries[:1]) == 1
    assert pipeline.stream.append(epoch, 2, entries[2:]) == 1
    assert pipeline.stream.length() == 1


def test_a_stream_that_is_emptied_under_the_relays_hands_is_filled_again(
    pipeline: Pipeline,
) -> None:
    relay = pipeline.relay()
    pipeline.people(2)
    pipeline.carry(relay)
    pipeline.redis.flushall()
    relay._member._next_beat = 0.0
    pipeline.write_model.register(handle="late", display_name=None)
    pipeline.carry(relay)
    pipeline.has_carried_all()


def test_entries_of_another_epoch_are_not_appended(pipeline: Pipeline) -> None:
    pipeline.people(1)
    pipeline.stream.claim_epoch("another")
    with pytest.raises(HistoryMismatch):
        pipeline.stream.append(pipeline.store.epoch(), 0, pipeline.store.read_after(0, 10))
    assert pipeline.stream.length() == 0


def test_trimming_stops_at_the_slowest_shards_checkpoint(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "STREAM_POSITIONS_KEPT", 0)
    monkeypatch.setattr(relay_module, "TRIM_EVERY_SECONDS", 0.0)
    relay, projector = pipeline.relay(), pipeline.projector()
    pipeline.people(3)
    pipeline.carry(relay)
    pipeline.project(projector)
    pipeline.write_model.register(handle="late", display_name=None)
    pipeline.carry(relay)
    relay.step(no_wait)
    assert [entry.position for entry in pipeline.stream.read_after(0, 100)] == [7, 8]


def test_trimming_keeps_the_newest_entries_for_readers_that_come_back(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "STREAM_POSITIONS_KEPT", 4)
    monkeypatch.setattr(relay_module, "TRIM_EVERY_SECONDS", 0.0)
    relay = pipeline.relay()
    pipeline.people(3)
    pipeline.carry(relay)
    pipeline.project(pipeline.projector())
    relay.step(no_wait)
    assert [entry.position for entry in pipeline.stream.read_after(0, 100)] == [3, 4, 5, 6]


def test_a_shard_that_never_applied_anything_keeps_the_whole_stream(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "STREAM_POSITIONS_KEPT", 0)
    monkeypatch.setattr(relay_module, "TRIM_EVERY_SECONDS", 0.0)
    relay = pipeline.relay()
    pipeline.generations.ensure_active("posts", shards=1, window=5)
    pipeline.people(3)
    pipeline.carry(relay)
    relay.step(no_wait)
    assert pipeline.stream.length() == 6


def test_a_full_stream_drops_its_oldest_and_who_needs_them_reads_them_from_the_store(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "BATCH_ENTRIES_MAX", 2)
    projector = pipeline.projector()
    projector.step()
    pipeline.people(3)
    pipeline.carry(pipeline.relay(entries_max=3))
    assert [entry.position for entry in pipeline.stream.read_after(0, 100)] == [4, 5, 6]
    before = REFILLED._value.get()
    pipeline.project(projector)
    assert REFILLED._value.get() > before


def test_a_shard_that_nobody_feeds_does_not_stop_the_others(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "BATCH_ENTRIES_MAX", 2)
    projector, relay = pipeline.projector(), pipeline.relay(entries_max=2)
    pipeline.people(1)
    pipeline.carry(relay)
    pipeline.project(projector)
    [dead, *others] = pipeline.checkpoints()
    pipeline.redis.hset(dead.checkpoint_key, "held_until", FOREVER)
    register_some_more(pipeline)
    stands = pipeline.checkpoints()
    for _ in patiently():
        relay.step(no_wait)
        projector.step()
        stands = pipeline.checkpoints()
        if {stands[shard].position for shard in others} == {pipeline.head()}:
            break
    assert stands[dead].position == 2
    assert pipeline.stream.length() == 2
    pipeline.redis.hdel(dead.checkpoint_key, "held_until")
    pipeline.project(projector)


def register_some_more(pipeline: Pipeline) -> None:
    for number in range(5):
        pipeline.write_model.register(handle=f"more_{number}", display_name=None)


def test_a_writers_notify_ends_the_wait_early(pipeline: Pipeline, store: Store) -> None:
    assert store.wait_for_hint(0.0), "who begins to listen has to look once more"
    assert not store.wait_for_hint(0.0)
    pipeline.people(1)
    asked = time.monotonic()
    assert store.wait_for_hint(60.0)
    assert time.monotonic() - asked < 30


def test_while_there_is_room_a_relay_asks_nothing_but_the_store_for_what_it_appends(
    pipeline: Pipeline,
) -> None:
    pipeline.people(1)
    pipeline.carry()
    pipeline.own_relay._member._next_beat = pipeline.own_relay._trim_at = float("inf")
    pipeline.redis.config_resetstat()
    pipeline.write_model.register(handle="late", display_name=None)
    pipeline.own_relay.step(no_wait)
    asked = pipeline.redis.info("commandstats")
    assert asked["cmdstat_xadd"]["calls"] == 2
    assert "cmdstat_xlen" not in asked


class WrittenTo(Store):
    """A store into which somebody writes right after each of the first reads."""

    def __init__(self, pipeline: Pipeline, database_url: str, handles: list[str]) -> None:
        super().__init__(database_url, application="slackwater tests")
        self._write_model, self._handles = pipeline.write_model, handles

    def read_on(self, last: int, newest: Entry | None, limit: int) -> list[Entry]:
        entries = super().read_on(last, newest, limit)
        if self._handles:
            self._write_model.register(handle=self._handles.pop(), display_name=None)
        return entries


def patient_relay_on(pipeline: Pipeline, store: Store) -> Relay:
    member = Member(pipeline.redis, "relay")
    return Relay(store, pipeline.stream, member, pipeline.read_models, idle_seconds=60.0)


@pytest.mark.parametrize("is_trimming", [False, True])
def test_what_is_committed_while_a_relay_carries_is_carried_at_once(
    pipeline: Pipeline, database_url: str, is_trimming: bool
) -> None:
    pipeline.people(1)
    with closing(WrittenTo(pipeline, database_url, ["dora", "carl", "bert", "anna"])) as store:
        relay, begun = patient_relay_on(pipeline, store), time.monotonic()
        for _ in patiently():
            if is_trimming:
                relay._trim_at = 0.0
            if pipeline.stream.last_position() == pipeline.head() and not store._handles:
                break
            relay.step(no_wait)
        assert time.monotonic() - begun < 30
    pipeline.has_carried_all()
