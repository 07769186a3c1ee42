"""Random histories with unreadable events of every kind: all who read them leave out the same."""

import asyncio
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis

from command_api.application import Slackwater
from domain.events import Followed, Unfollowed
from domain.feed_rule import History
from projections.batch_writer import BatchWriter
from projections.catalogue import PROJECTIONS
from projections.history.events import read_events
from projections.history.loader import Loader
from projections.home_feed.keys import HOME_FEED
from projections.log.entry import Entry
from projections.log.quarantine import Quarantine
from projections.log.store import Store
from projections.projection import Projection
from projections.relational.fold import Changes
from projections.relational.generations import RelationalGenerations
from projections.relational.read import RelationalReader
from projections.relational.recorder import Checkpoint as TablesCheckpoint
from projections.relational.recorder import RelationalRecorder
from projections.shards import Checkpoint, Generation
from projections.verify.identities import Identities
from projections.verify.inspection import Inspection, Sample
from projections.verify.tables import TablesInspection
from projections.verify.truth import Truth
from tests.convergence.contents import contents
from tests.convergence.histories import LogBuilder, Wish, history, up_to, wishes
from tests.convergence.poisons import SPOILS, Spoil, left_of, upcasters_that_raise
from tests.convergence.stores import (
    Connection,
    forget_generations,
    put_into_store,
    rows_of,
)
from tests.convergence.test_home_feed_converges import shapes
from tests.convergence.windows import assert_shard_equals_rule
from tests.examples import examples

on_one_server = settings(
    max_examples=examples(60),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
    print_blob=True,
)

restless = st.builds(
    Wish,
    what=st.sampled_from(["publish"] * 2 + ["follow"] * 4 + ["unfollow"] * 4 + ["delete"]),
    who=st.integers(0, 5),
    whom=st.integers(0, 5),
    hole=st.sampled_from([0, 0, 1]),
)
"""People who change their minds about each other again and again."""

histories = st.builds(
    history,
    people=st.integers(2, 4),
    wanted=st.lists(wishes, min_size=20, max_size=50)
    | st.lists(restless, min_size=20, max_size=50),
)


@dataclass(frozen=True, slots=True)
class Spoiled:
    """A log some of whose events cannot be read. `left`: what counts, as it was."""

    entries: list[Entry]
    left: list[Entry]
    people: list[int]

    @property
    def head(self) -> int:
        """The newest position."""
        return self.entries[-1].position


@st.composite
def spoiled_histories(draw: st.DrawFn) -> Spoiled:
    """Few people, so that most events have to do with one that is spoiled."""
    log: LogBuilder = draw(histories)
    spoils: dict[int, Spoil] = draw(
        st.dictionaries(
            st.sampled_from([e.position for e in log.entries for _ in range(_weight(e))]),
            st.sampled_from(SPOILS),
            min_size=1,
            max_size=12,
        )
    )
    entries = [
        spoils[entry.position](entry) if entry.position in spoils else entry
        for entry in log.entries
    ]
    return Spoiled(
        entries,
        left_of(log.entries, set(spoils)),
        [person for person in log.people if person not in spoils],
    )


def _weight(entry: Entry) -> int:
    """Changes of a pair are what it is hardest to be at one about."""
    return 4 if isinstance(entry.body, Followed | Unfollowed) else 1


@pytest.fixture
def connection(write_model: Slackwater, database_url: str) -> Generator[Connection]:
    assert write_model.epoch
    recorder = RelationalRecorder(database_url)
    recorder.ensure_registry()
    recorder.close()
    with (
        upcasters_that_raise(),
        psycopg.connect(database_url, autocommit=True) as connection,
    ):
        yield connection


def store_of(connection: Connection, log: Spoiled) -> None:
    """Makes this the whole history, of which nobody has read anything yet."""
    forget_generations(connection)
    connection.execute("TRUNCATE slackwater_quarantine")
    put_into_store(connection, log.entries)


def project(
    redis: Redis, quarantine: Quarantine, store: Store, generation: Generation, data: st.DataObject
) -> None:
    """As projectors do it, in batches that end anywhere, shard by shard."""
    [projection] = [one for one in PROJECTIONS if one.name == generation.projection]
    writer = BatchWriter(redis, projection, budget=data.draw(st.integers(1, 6)))
    for shard in generation.all_shards():
        checkpoint = Checkpoint()
        while entries := store.read_after(checkpoint.position, data.draw(st.integers(1, 30))):
            checkpoint = writer.apply(shard, checkpoint, quarantine.read(entries, 0))


@pytest.mark.parametrize("projection", PROJECTIONS, ids=lambda projection: projection.name)
@on_one_server
@given(log=spoiled_histories(), data=st.data(), shape=shapes)
def test_live_feeds_and_bulk_builds_and_verification_and_the_rule_leave_out_the_same(
    redis: Redis,
    connection: Connection,
    database_url: str,
    projection: Projection,
    log: Spoiled,
    data: st.DataObject,
    shape: Generation,
) -> None:
    redis.flushall()
    store_of(connection, log)
    live = replace(shape, projection=projection.name)
    bulk = replace(live, number=2)
    first, second = (live, bulk) if data.draw(st.booleans()) else (bulk, live)
    for generation in (first, second):  # whoever comes first puts it into quarantine
        with (
            closing(Quarantine(database_url, "quarantine")) as quarantine,
            closing(Store(database_url, application="slackwater tests")) as store,
        ):
            if generation == live:
                project(redis, quarantine, store, live, data)
                continue
            with Loader(redis) as loader:
                read = read_events(
                    database_url, 0, log.head,
                    lambda p, a, t, s, q=quarantine: q.body(p, a, t, s, 0),
                    lambda q=quarantine: not q.gaps(0).positions,
                )  # fmt: skip
                projection.build(bulk, read, loader)
    assert contents(redis, bulk) == contents(redis, live)
    truth = Truth(database_url)
    with closing(Identities(database_url, truth)) as identities:
        findings = Inspection(redis, live, truth, identities).inspect(Sample())
    assert [str(one) for one in findings.differences] == []
    if projection.name == HOME_FEED:
        for shard in live.all_shards():
            assert_shard_equals_rule(redis, shard, log.people, log.left)


def feed_tables(database_url: str, data: st.DataObject, head: int) -> TablesCheckpoint:
    """As the relational projector does it, in batches that end anywhere."""
    with (
        closing(RelationalRecorder(database_url)) as recorder,
        closing(Quarantine(database_url, "quarantine")) as quarantine,
        closing(Store(database_url, application="slackwater tests")) as store,
    ):
        checkpoint = recorder.ensure_active()
        while checkpoint.position < head:
            changes = Changes()
            entries = store.read_after(checkpoint.position, data.draw(st.integers(1, 30)))
            for entry in quarantine.read(entries, 0):
                changes.fold(entry.position, entry.originator_id, entry.body, is_torn=entry.is_torn)
            assert recorder.apply(checkpoint, changes, states=("live",))
            checkpoint = TablesCheckpoint(checkpoint.generation, changes.last)
        return checkpoint


def feeds_in_tables(
    database_url: str, people: Sequence[int], positions: Sequence[int]
) -> dict[tuple[int, int], list[int]]:
    """Every feed as of each position."""

    async def read() -> dict[tuple[int, int], list[int]]:
        reader = RelationalReader(database_url)
        found: dict[tuple[int, int], list[int]] = {}
        for at in positions:
            for person in people:
                page = await reader.feed(person, below=0, limit=500, up_to=at)
                found[person, at] = [post.number for post in page.posts]
        await reader.close()
        return found

    return asyncio.run(read())


@on_one_server
@given(log=spoiled_histories(), data=st.data())
def test_tables_fed_and_loaded_and_verified_leave_out_the_same_as_of_any_position(
    connection: Connection, database_url: str, log: Spoiled, data: st.DataObject
) -> None:
    store_of(connection, log)
    fed = feed_tables(database_url, data, log.head)
    with closing(RelationalGenerations(database_url, "quarantine")) as generations:
        loaded = generations.begin()
        assert generations.load(loaded) == fed.position
    assert rows_of(connection, loaded) == rows_of(connection, fed.generation)
    findings = TablesInspection(database_url).inspect(Sample(), repair=False)
    assert [str(one) for one in findings.differences] == []
    positions = data.draw(
        st.lists(st.sampled_from([e.position for e in log.entries]), min_size=1, max_size=4)
    )
    for (person, at), feed in feeds_in_tables(database_url, log.people, positions).items():
        assert feed == History(up_to(log.left, at)).feed(person)
