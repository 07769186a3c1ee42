"""The log in a real stream held against the log in a real store."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from projections.catalogue import NAMES
from projections.log.entry import Entry
from projections.log.errors import MalformedEntry
from projections.log.stream import STREAM
from projections.progress import Silence
from projections.verify import chain as chain_module
from projections.verify.chain import Chain, compare_chain
from projections.verify.errors import CannotTell
from projections.verify.inspection import Sample
from projections.verify.verification import Verification
from tests.integration.pipeline import Pipeline
from tests.rewriting import rewriting


@pytest.fixture
def carried(pipeline: Pipeline) -> Pipeline:
    """Sixteen entries in store and stream."""
    pipeline.people(8)
    pipeline.carry()
    return pipeline


def compare(pipeline: Pipeline) -> Chain:
    return compare_chain(pipeline.stream, pipeline.store)


def lose(pipeline: Pipeline, position: int) -> None:
    assert pipeline.redis.xdel(STREAM, f"{position}-0") == 1


MALFORMED: dict[str, dict[Any, Any]] = {
    "it has other fields": {"what": "rubbish"},
    "its prev is no number": {"prev": "x", "id": 16 * b"i", "topic": "t", "state": "{}"},
    "its id is too short": {"prev": "4", "id": "short", "topic": "t", "state": "{}"},
    "its topic is no text": {"prev": "4", "id": 16 * b"i", "topic": b"\xff", "state": "{}"},
}


def malform(pipeline: Pipeline, position: int, fields: dict[Any, Any]) -> None:
    """Another stream, with these fields instead of the entry at a position."""
    epoch, entries = pipeline.store.epoch(), pipeline.stream.read_after(0, 100)
    pipeline.redis.delete(STREAM)
    pipeline.stream.append(epoch, 0, [entry for entry in entries if entry.position < position])
    pipeline.redis.xadd(STREAM, fields, id=f"{position}-0")
    later = [entry for entry in entries if entry.position > position]
    pipeline.stream.append(epoch, position, later)


def rewrite(pipeline: Pipeline, change: Callable[[Entry], Entry]) -> None:
    """Another stream, of the same entries changed so."""
    entries = pipeline.stream.read_after(0, 100)
    pipeline.redis.delete(STREAM)
    pipeline.stream.append(pipeline.store.epoch(), 0, [change(entry) for entry in entries])


def test_a_stream_that_says_what_the_store_says_is_fine(carried: Pipeline) -> None:
    chain = compare(carried)
    assert (chain.first, chain.last, chain.entries, chain.broken) == (1, 16, 16, [])


def test_the_sum_is_that_of_the_entries(carried: Pipeline) -> None:
    whole = compare(carried).hash
    assert compare(carried).hash == whole
    carried.stream.trim_below(9)
    assert compare(carried).hash != whole


def test_a_stream_that_never_was_or_is_trimmed_to_nothing_is_fine(pipeline: Pipeline) -> None:
    assert compare(pipeline) == Chain(hash=compare(pipeline).hash)
    pipeline.people(2)
    pipeline.carry()
    pipeline.stream.trim_below(pipeline.head() + 1)
    assert (compare(pipeline).entries, compare(pipeline).broken) == (0, [])


def test_a_trimmed_stream_is_fine(carried: Pipeline) -> None:
    carried.stream.trim_below(9)
    chain = compare(carried)
    assert (chain.first, chain.last, chain.entries, chain.broken) == (9, 16, 8, [])


@pytest.mark.parametrize("at_once", [1, 8, 1_000])
@pytest.mark.parametrize("lost", [2, 9, 16])
def test_an_entry_lost_behind_the_first_is_found(
    carried: Pipeline, monkeypatch: pytest.MonkeyPatch, at_once: int, lost: int
) -> None:
    monkeypatch.setattr(chain_module, "ENTRIES_AT_ONCE", at_once)
    lose(carried, lost)
    assert compare(carried).broken == [lost]


@pytest.mark.parametrize("changed", [1, 7, 16])
def test_another_payload_is_found(carried: Pipeline, changed: int) -> None:
    rewrite(carried, lambda e: replace(e, state=b"{}") if e.position == changed else e)
    assert compare(carried).broken == [changed]


@pytest.mark.parametrize("changed", [2, 7, 16])
def test_another_prev_is_found(carried: Pipeline, changed: int) -> None:
    rewrite(carried, lambda e: replace(e, prev=0) if e.position == changed else e)
    assert compare(carried).broken == [changed]


def test_an_event_that_the_store_does_not_have_is_found(carried: Pipeline) -> None:
    last = carried.stream.last_entry()
    assert last is not None
    forged = replace(last, position=20, prev=last.position)
    carried.stream.append(carried.store.epoch(), last.position, [forged])
    assert compare(carried).broken == [20]


def test_a_first_entry_that_names_no_position_before_it_is_found(
    carried: Pipeline, database_url: str
) -> None:
    carried.stream.trim_below(9)
    with psycopg.connect(database_url, autocommit=True) as connection, rewriting(connection):
        connection.execute("DELETE FROM slackwater_events WHERE notification_id = 8")
    assert compare(carried).broken == [9]


def test_a_first_entry_that_names_one_too_far_back_is_found(carried: Pipeline) -> None:
    rewrite(carried, lambda e: replace(e, prev=6) if e.position == 9 else e)
    carried.stream.trim_below(9)
    assert {7, 8} <= set(compare(carried).broken)


@pytest.mark.parametrize("all_of_it", [False, True])
def test_what_is_trimmed_while_it_is_read_is_not_held_against_the_stream(
    carried: Pipeline, monkeypatch: pytest.MonkeyPatch, *, all_of_it: bool
) -> None:
    monkeypatch.setattr(chain_module, "ENTRIES_AT_ONCE", 4)
    read_after, calls = carried.stream.read_after, 0

    def trimmed_meanwhile(position: int, limit: int, block_ms: int | None = None) -> list[Entry]:
        nonlocal calls
        calls += 1
        if calls == 2:
            carried.stream.trim_below(17 if all_of_it else 12)
        return read_after(position, limit, block_ms)

    monkeypatch.setattr(carried.stream, "read_after", trimmed_meanwhile)
    chain = compare(carried)
    assert (chain.first, chain.broken) == (0 if all_of_it else 12, [])


def test_a_stream_that_is_always_trimmed_in_between_has_no_verdict(
    carried: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain_module, "ENTRIES_AT_ONCE", 1)
    read_after = carried.stream.read_after

    def trimmed_meanwhile(position: int, limit: int, block_ms: int | None = None) -> list[Entry]:
        if position:
            carried.stream.trim_below(position + 2)
        return read_after(position, limit, block_ms)

    monkeypatch.setattr(carried.stream, "read_after", trimmed_meanwhile)
    with pytest.raises(CannotTell, match="trimmed faster"):
        compare(carried)


@pytest.mark.parametrize("position", [4, 16])
def test_an_entry_that_stands_twice_is_found(carried: Pipeline, position: int) -> None:
    entries: Any = carried.redis.xrange(STREAM)
    carried.redis.delete(STREAM)
    for entry_id, fields in entries:
        carried.redis.xadd(STREAM, fields, id=entry_id)
        if entry_id == b"%d-0" % position:
            carried.redis.xadd(STREAM, fields, id=f"{position}-1")
    assert compare(carried).broken == [position]


def test_repair_trims_away_what_is_broken_and_readers_go_on(
    carried: Pipeline, database_url: str
) -> None:
    rewrite(carried, lambda e: replace(e, state=b"{}") if e.position == 5 else e)
    projector = carried.projector()
    with Verification(database_url, carried.redis) as verification:
        report = verification.run([], Sample(), Silence(), repair=True)
        assert (report.chain.broken, report.different) == ([5], 1)
        assert verification.run([], Sample(), Silence()).different == 0
    assert carried.stream.read_after(0, 1)[0].position == 6
    carried.write_model.register(handle="late", display_name=None)
    carried.carry()
    carried.project(projector)


@pytest.mark.parametrize("position", [1, 7, 16])
@pytest.mark.parametrize("why", MALFORMED)
def test_an_entry_that_no_relay_wrote_is_found(carried: Pipeline, why: str, position: int) -> None:
    malform(carried, position, MALFORMED[why])
    assert compare(carried).broken == [position]


@pytest.mark.parametrize("position", [1, 7, 16])
def test_an_entry_that_no_relay_wrote_is_taken_out_and_readers_go_on(
    carried: Pipeline, database_url: str, position: int
) -> None:
    malform(carried, position, MALFORMED["it has other fields"])
    projector = carried.projector()
    with pytest.raises(MalformedEntry, match=f"{position} is not one of ours"):
        carried.project(projector)
    with Verification(database_url, carried.redis) as verification:
        report = verification.run([], Sample(), Silence(), repair=True)
        assert (report.chain.broken, report.different) == ([position], 1)
        assert verification.run([], Sample(), Silence()).different == 0
        carried.write_model.register(handle="late", display_name=None)
        carried.carry()
        carried.project(projector)
        assert verification.run(NAMES, Sample(), Silence()).different == 0
