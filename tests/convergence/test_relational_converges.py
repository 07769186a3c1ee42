"""The tables on a real Postgres, driven by random histories, against the feed rule."""

import asyncio
from collections.abc import Generator
from itertools import cycle

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from command_api.application import Slackwater
from domain.feed_rule import History
from projections.log.entry import Entry
from projections.relational.fold import Changes
from projections.relational.generations import RelationalGenerations
from projections.relational.read import RelationalReader
from projections.relational.recorder import Checkpoint, RelationalRecorder
from tests.convergence.histories import LogBuilder, histories, up_to
from tests.convergence.stores import Connection, forget_generations, put_into_store, rows_of
from tests.examples import examples

on_one_server = settings(
    max_examples=examples(60),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
    print_blob=True,
)
limits = st.lists(st.integers(1, 9), min_size=1, max_size=5)


@pytest.fixture
def recorder(write_model: Slackwater, database_url: str) -> Generator[RelationalRecorder]:
    assert write_model.epoch
    recorder = RelationalRecorder(database_url)
    recorder.ensure_registry()
    yield recorder
    recorder.close()


@pytest.fixture
def connection(recorder: RelationalRecorder, database_url: str) -> Generator[Connection]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


def batch_after(entries: list[Entry], position: int, count: int) -> Changes:
    """What the next entries mean."""
    changes = Changes()
    for entry in [entry for entry in entries if entry.position > position][:count]:
        changes.fold(entry.position, entry.originator_id, entry.body)
    return changes


def feed_in_batches(
    recorder: RelationalRecorder, entries: list[Entry], data: st.DataObject
) -> Checkpoint:
    """Feeds the tables in random batches. Others try too, with batches from anywhere before."""
    checkpoint = recorder.ensure_active()
    tried = [(checkpoint, batch_after(entries, 0, 3))]
    while checkpoint.position < entries[-1].position:
        changes = batch_after(entries, checkpoint.position, data.draw(st.integers(1, 40)))
        tried.append((checkpoint, changes))
        assert recorder.apply(checkpoint, changes, states=("live",))
        checkpoint = Checkpoint(checkpoint.generation, changes.last)
        for begin, old in data.draw(st.lists(st.sampled_from(tried), max_size=2)):
            assert not recorder.apply(begin, old, states=("live",))
    return checkpoint


async def whole_feed(
    reader: RelationalReader, person: int, as_of: int, limits: list[int]
) -> list[int]:
    """All pages of a feed as of a position."""
    numbers: list[int] = []
    for limit in cycle(limits):
        below = numbers[-1] if numbers else 0
        page = await reader.feed(person, below=below, limit=limit, up_to=as_of)
        assert page.standing.position == as_of
        assert len(page.posts) == limit or not page.more
        numbers += [post.number for post in page.posts]
        if not page.more:
            break
    return numbers


@settings(on_one_server, max_examples=examples(25))  # each of them reads thousands of pages
@given(log=histories, limits=limits, data=st.data())
def test_as_of_every_position_every_feed_in_pages_of_any_size_equals_the_rule(
    recorder: RelationalRecorder,
    connection: Connection,
    database_url: str,
    log: LogBuilder,
    limits: list[int],
    data: st.DataObject,
) -> None:
    forget_generations(connection)
    put_into_store(connection, log.entries)
    head = feed_in_batches(recorder, log.entries, data).position

    async def compare() -> None:
        reader = RelationalReader(database_url)

        async def compare_one(person: int, position: int, expected: list[int]) -> None:
            assert await whole_feed(reader, person, position, limits) == expected

        for position in range(head + 1):
            truth = History(up_to(log.entries, position))
            await asyncio.gather(
                *(compare_one(each, position, truth.feed(each)) for each in log.people)
            )
        await reader.close()

    asyncio.run(compare())


@on_one_server
@given(log=histories, data=st.data(), pieces=st.lists(st.integers(1, 200), max_size=3))
def test_loaded_in_bulk_the_tables_are_row_by_row_what_batches_make_of_them(
    recorder: RelationalRecorder,
    connection: Connection,
    database_url: str,
    log: LogBuilder,
    data: st.DataObject,
    pieces: list[int],
) -> None:
    forget_generations(connection)
    put_into_store(connection, log.entries)
    fed = feed_in_batches(recorder, log.entries, data)
    generations = RelationalGenerations(database_url)
    number = generations.begin()
    for until in sorted(pieces):
        generations.load(number, until=until)
    assert generations.load(number) == fed.position
    assert rows_of(connection, number) == rows_of(connection, fed.generation)
    generations.close()
