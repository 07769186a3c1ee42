"""A store restored from an older backup: noticed, renamed; nothing of what it lost is served."""

from pathlib import Path
from typing import cast

import psycopg
import pytest
from redis import Redis

from projections.catalogue import NAMES
from projections.derived import DerivedReadModels
from projections.errors import GenerationRefused
from projections.log.errors import HistoryMismatch
from projections.log.reader import LogReader
from projections.log.relay import EPOCH_CHANGES
from projections.log.stream import STREAM
from projections.membership import Member
from projections.progress import Silence
from projections.shards import FOREVER, State
from projections.verify.errors import CannotTell
from projections.verify.inspection import Sample
from projections.verify.verification import Verification
from tests.integration.backups import Backup
from tests.integration.pipeline import Pipeline, no_wait
from tests.integration.restored_store import (
    assert_equal_to_history,
    four_of_eight,
    new_store_connection,
    register,
    settle,
)


@pytest.mark.parametrize("cut", [True, False])
@pytest.mark.parametrize("written_since", [0, 1, 2, 4])
def test_everything_is_built_anew_under_a_new_epoch_from_what_the_store_has(
    pipeline: Pipeline, database_url: str, tmp_path: Path, written_since: int, *, cut: bool
) -> None:
    backup, epoch = four_of_eight(pipeline, database_url, tmp_path), pipeline.store.epoch()
    told = EPOCH_CHANGES._value.get()
    backup.put_back(cut=cut)
    register(pipeline, *(f"since_{number}" for number in range(written_since)))
    settle(pipeline)
    assert pipeline.head() == 4 + 2 * written_since
    assert pipeline.store.epoch() == pipeline.stream.epoch() != epoch
    assert {g.number for g in pipeline.generations.active(NAMES)} == {2}
    assert EPOCH_CHANGES._value.get() == told + 1
    assert_equal_to_history(pipeline, database_url)


def test_the_same_backup_may_be_put_back_again_and_every_history_has_a_name_of_its_own(
    pipeline: Pipeline, database_url: str, tmp_path: Path
) -> None:
    backup = four_of_eight(pipeline, database_url, tmp_path)
    epochs = [pipeline.store.epoch()]
    for number in range(2):
        backup.put_back(cut=True)
        register(pipeline, f"since_{number}", f"more_{number}")
        settle(pipeline)
        epochs.append(pipeline.stream.epoch())
    assert len(set(epochs)) == 3
    assert_equal_to_history(pipeline, database_url)


def test_a_store_that_is_as_it_was_keeps_its_epoch(
    pipeline: Pipeline, database_url: str, tmp_path: Path
) -> None:
    pipeline.people(2)
    pipeline.carry()
    epoch = pipeline.store.epoch()
    Backup.of(database_url, tmp_path / "backup.sql").put_back(cut=True)
    settle(pipeline)
    assert pipeline.stream.epoch() == pipeline.store.epoch() == epoch
    assert {g.number for g in pipeline.generations.active(NAMES)} == {1}


def test_a_stream_without_entries_is_known_by_where_it_ended(
    restored: Pipeline, database_url: str
) -> None:
    restored.redis.xtrim(STREAM, maxlen=0)
    settle(restored)
    assert_equal_to_history(restored, database_url)


def test_shards_are_known_by_where_they_stand_when_the_stream_is_gone(
    restored: Pipeline, database_url: str
) -> None:
    restored.redis.delete(STREAM)
    settle(restored)
    assert {g.number for g in restored.generations.active(NAMES)} == {2}
    assert_equal_to_history(restored, database_url)


def test_a_relay_that_stood_by_while_the_store_was_replaced_notices_too(
    pipeline: Pipeline, database_url: str, tmp_path: Path
) -> None:
    backup, standby = four_of_eight(pipeline, database_url, tmp_path), pipeline.relay()
    standby.step(no_wait)
    backup.put_back(cut=True)
    register(pipeline, "since_1", "since_2")
    pipeline.own_relay._member.leave()
    settle(pipeline, standby)
    assert_equal_to_history(pipeline, database_url)


def test_a_relay_that_was_killed_half_way_is_followed_by_one_that_goes_on(
    restored: Pipeline, database_url: str
) -> None:
    carried = restored.stream.epoch()
    renewed = new_store_connection(restored).renew_epoch(found=carried, carried=carried)
    settle(restored)
    assert restored.stream.epoch() == restored.store.epoch() == renewed != carried


def test_new_generations_know_the_newest_retry_of_the_store_that_is_there(
    restored: Pipeline, database_url: str
) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO slackwater_quarantine (position, originator_id, topic, reason, released) "
            "VALUES (2, gen_random_uuid(), 'post.published', 'of old', 3)"
        )
    settle(restored)
    assert {g.release for g in restored.generations.active(NAMES)} == {3}


def test_two_relays_that_both_notice_agree_on_one_epoch(
    restored: Pipeline, database_url: str
) -> None:
    carried, store = restored.stream.epoch(), new_store_connection(restored)
    first = store.renew_epoch(found=carried, carried=carried)
    second = store.renew_epoch(found=carried, carried=carried)
    assert first is not None
    assert first == second
    assert restored.read_models.begin_history(carried, first, 0)
    assert not restored.read_models.begin_history(carried, first, 0)
    assert {g.number for g in restored.generations.active(NAMES)} == {2}


def test_a_relay_that_slept_through_a_change_cannot_cause_another(restored: Pipeline) -> None:
    carried, store = restored.stream.epoch(), new_store_connection(restored)
    settle(restored)
    now = restored.store.epoch()
    assert store.renew_epoch(found=carried, carried="long ago") is None
    assert store.epoch() == now


def test_another_history_altogether_is_taken_as_well(pipeline: Pipeline, database_url: str) -> None:
    pipeline.people(2)
    pipeline.stream.claim_epoch("another")
    projector = pipeline.projector()
    projector.step()
    projector._member.leave()  # the next one has all shards at once
    settle(pipeline)
    assert pipeline.stream.epoch() == pipeline.store.epoch() != "another"
    assert_equal_to_history(pipeline, database_url)


def test_the_new_generations_have_the_shape_of_the_old_and_numbers_never_given(
    restored: Pipeline, redis: Redis
) -> None:
    restored.generations.announce("posts", shards=7, window=9)
    settle(restored)
    active = {g.projection: g for g in restored.generations.active(NAMES)}
    assert {name: g.number for name, g in active.items()} == {
        "home-feed": 2, "posts": 3, "profiles": 2
    }  # fmt: skip
    assert {(g.shards, g.window) for g in active.values()} == {(2, 500)}
    assert restored.generations.announce("posts", shards=1, window=1).number == 4


def test_a_rebuild_that_was_at_work_cannot_let_the_lost_history_take_over(
    restored: Pipeline,
) -> None:
    [old] = restored.generations.active(["posts"])
    built = restored.generations.announce("posts", shards=1, window=5)
    restored.generations.finish(built, 8)
    settle(restored)
    with pytest.raises(GenerationRefused):
        restored.generations.switch(old, built, hold_ms=0)
    assert {g.number for g in restored.generations.active(["posts"])} == {3}


def test_what_was_put_away_is_removed_bit_by_bit_and_held_until_then(
    restored: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projections.derived.KEYS_UNLINKED_AT_ONCE", 1)  # a bucket of the server
    carried, store = restored.stream.epoch(), new_store_connection(restored)
    epoch = store.renew_epoch(found=carried, carried=carried)
    assert epoch
    restored.read_models.begin_history(carried, epoch, 0)
    old = set(cast("list[bytes]", restored.redis.keys("{*:1:*")))
    checkpoints = {key for key in old if key.endswith(b"checkpoint")}
    assert {listed.state for listed in restored.generations.listed("posts")} == {
        State.LOST, State.ACTIVE
    }  # fmt: skip
    rounds = 0
    while restored.read_models.remove_lost():
        rounds += 1
        assert checkpoints <= set(cast("list[bytes]", restored.redis.keys("{*:1:*")))
        assert {restored.redis.hget(k, "held_until") for k in checkpoints} == {b"%d" % FOREVER}
    assert rounds > 1
    assert set(cast("list[bytes]", restored.redis.keys("{*:1:*"))) == checkpoints
    assert all(restored.redis.ttl(key) > 0 for key in checkpoints)
    assert [one.state for one in restored.generations.listed("posts")] == [State.ACTIVE]


def test_a_change_of_history_needs_no_memory(restored: Pipeline) -> None:
    carried = restored.stream.epoch()
    restored.redis.config_set("maxmemory", "1")
    try:
        assert DerivedReadModels(restored.redis, NAMES).begin_history(carried, "new", 0)
    finally:
        restored.redis.config_set("maxmemory", "0")


def test_a_shard_is_not_refilled_from_a_store_of_another_history(restored: Pipeline) -> None:
    """A projector may still be connected to the server that was replaced."""
    store = new_store_connection(restored)
    restored.redis.set("slackwater:epoch", "new")
    restored.redis.xtrim(STREAM, maxlen=0)
    with pytest.raises(HistoryMismatch, match="carries epoch new"):
        LogReader(restored.stream, store).read_after(0, 10)


def test_nothing_is_renewed_while_a_relay_stands_by(restored: Pipeline) -> None:
    carried, elder = restored.stream.epoch(), Member(restored.redis, "relay")
    restored.own_relay._member.leave()
    elder.beat({})
    elder._next_beat = 0.0
    restored.relay().step(no_wait)
    assert restored.stream.epoch() == carried


def test_a_verification_that_has_read_the_lost_history_mends_nothing_by_it(
    restored: Pipeline, database_url: str
) -> None:
    with Verification(database_url, restored.redis) as verification:
        read = verification._history

        def read_and_look_away(release: int) -> object:
            history = read(release)
            settle(restored)
            return history

        verification._history = read_and_look_away  # pyright: ignore[reportAttributeAccessIssue]
        with pytest.raises(CannotTell, match="was replaced while"):
            verification.run(NAMES, Sample(), Silence(), repair=True)
    assert_equal_to_history(restored, database_url)
