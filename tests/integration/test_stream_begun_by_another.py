"""Two relays begin one stream: between one's look at it and its call the other was quicker."""

from collections.abc import Callable

import pytest

from projections.log import relay as relay_module
from projections.log.relay import Relay
from projections.log.stream import STREAM, Stream
from projections.membership import Member
from tests.integration.pipeline import Pipeline, no_wait

HEAD, KEPT = 8, 2

Other = Callable[[Pipeline], object]


@pytest.fixture(autouse=True)
def little_is_kept_and_nothing_trimmed_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay_module, "STREAM_POSITIONS_KEPT", KEPT)
    monkeypatch.setattr(relay_module, "TRIM_EVERY_SECONDS", 1_000.0)


class Overtaken(Stream):
    """A relay's stream; another relay does something to it just before this one begins it."""

    def __init__(self, pipeline: Pipeline, other: Other) -> None:
        super().__init__(pipeline.redis)
        self._pipeline = pipeline
        self._other = other
        self.begun: list[bool] = []

    def begin_after(self, epoch: str, position: int) -> bool:
        self._other(self._pipeline)
        self.begun.append(super().begin_after(epoch, position))
        return self.begun[-1]


def begins(after: int, carries: int) -> Other:
    """The other one begins after a position, and appends what comes next, so many entries."""

    def begin(pipeline: Pipeline) -> None:
        epoch, stream = pipeline.store.epoch(), pipeline.stream
        if after:
            assert stream.begin_after(epoch, after)
        if carries:
            entries = pipeline.store.read_after(after, carries)
            assert stream.append(epoch, after, entries) == entries[-1].position

    return begin


OTHERS = {
    "at the same place": (begins(6, 0), 6),
    "at the same place, and has carried an entry": (begins(6, 1), 6),
    "at the same place, and has carried all": (begins(6, 2), 6),
    "lower": (begins(3, 0), 3),
    "lower, and has carried an entry": (begins(3, 1), 3),
    "lower, and has carried all": (begins(3, 5), 3),
    "with the first entry": (begins(0, 1), 0),
    "higher": (begins(7, 0), 7),
}


@pytest.mark.parametrize("how", OTHERS)
def test_who_finds_the_stream_begun_by_another_goes_on_with_it_and_no_entry_is_lost_or_twice_there(
    pipeline: Pipeline, how: str
) -> None:
    projector = pipeline.projector()
    pipeline.people(HEAD // 2)
    pipeline.carry()
    pipeline.project(projector)
    pipeline.own_relay._member.leave()
    pipeline.redis.unlink(STREAM)
    other, begins_after = OTHERS[how]
    stream = Overtaken(pipeline, other)
    relay = Relay(pipeline.store, stream, Member(pipeline.redis, "relay"), pipeline.read_models)
    pipeline.carry(relay)
    assert stream.begun == [False]
    pipeline.has_carried_all(after=begins_after)
    pipeline.write_model.register(handle="late", display_name=None)
    pipeline.carry(relay)
    relay.step(no_wait)
    pipeline.has_carried_all(after=begins_after)
    pipeline.project(projector)


def test_two_relays_that_both_believe_to_be_the_active_one_begin_one_stream(
    pipeline: Pipeline,
) -> None:
    projector = pipeline.projector()
    pipeline.people(HEAD // 2)
    pipeline.carry()
    pipeline.project(projector)
    pipeline.redis.unlink(STREAM)
    quick = pipeline.relay()

    def carry(pipeline: Pipeline) -> None:
        del pipeline
        for _ in range(2):
            quick._step_as_the_active_one()

    stream = Overtaken(pipeline, carry)
    slow = Relay(pipeline.store, stream, Member(pipeline.redis, "relay"), pipeline.read_models)
    slow._step_as_the_active_one()
    slow._step_as_the_active_one()
    pipeline.write_model.register(handle="late", display_name=None)
    for _ in range(3):
        slow._step_as_the_active_one()
        quick._step_as_the_active_one()
    assert stream.begun == [False]
    pipeline.has_carried_all(after=HEAD - KEPT)
    pipeline.project(projector)
