"""Where a stream begins that is not there yet: above what nobody needs any more."""

import pytest

from projections.log import relay as relay_module
from projections.log.stream import STREAM
from tests.integration.pipeline import Pipeline


def test_a_new_stream_begins_where_trimming_would_have_left_it(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "STREAM_POSITIONS_KEPT", 2)
    projector = pipeline.projector()
    pipeline.people(3)
    pipeline.carry()
    pipeline.project(projector)
    pipeline.redis.unlink(STREAM)
    pipeline.carry(pipeline.relay())
    carried = pipeline.has_carried_all(after=4)
    assert [(entry.prev, entry.position) for entry in carried] == [(4, 5), (5, 6)]
    pipeline.write_model.register(handle="late", display_name=None)
    pipeline.carry()
    pipeline.project(projector)


def test_who_stands_below_the_beginning_of_a_new_stream_reads_the_store(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "STREAM_POSITIONS_KEPT", 0)
    pipeline.people(3)
    assert pipeline.stream.claim_epoch(pipeline.store.epoch()) == pipeline.store.epoch()
    assert pipeline.stream.begin_after(pipeline.store.epoch(), 6)
    assert pipeline.stream.length() == 0
    pipeline.project(pipeline.projector())


def test_a_new_stream_begins_with_the_first_entry_while_a_shard_has_applied_nothing(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "STREAM_POSITIONS_KEPT", 0)
    pipeline.generations.ensure_active("posts", shards=1, window=5)
    pipeline.people(3)
    pipeline.carry()
    pipeline.has_carried_all()


def test_a_stream_that_is_there_or_of_another_epoch_is_not_begun_again(
    pipeline: Pipeline,
) -> None:
    pipeline.people(1)
    assert not pipeline.stream.begin_after(pipeline.store.epoch(), 1)
    pipeline.carry()
    assert not pipeline.stream.begin_after(pipeline.store.epoch(), 1)
    pipeline.has_carried_all()
