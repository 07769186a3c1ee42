"""Rebuilds on real servers that something happens to at the worst moment: around the switch."""

from collections.abc import Callable, Generator
from contextlib import closing
from functools import partial

import psycopg
import pytest
from redis import Redis

from domain.errors import UnreadableEvent
from projections.generations import Generations
from projections.home_feed.keys import HOME_FEED
from projections.log.entry import Entry
from projections.log.errors import StoreUnreachable
from projections.log.store import Store
from projections.progress import Silence
from projections.rebuild.errors import AlreadyRebuilding
from projections.rebuild.lock import generations_lock
from projections.rebuild.rebuild import Rebuild, Servers
from projections.rebuild.relational import RelationalRebuild
from projections.relational.keys import RELATIONAL
from projections.shards import Generation, State
from tests.integration.cutting_proxy import CuttingProxy
from tests.integration.pipeline import Pipeline
from tests.integration.relational import Relational

AN_UNREADABLE_EVENT = """
    INSERT INTO slackwater_events (originator_id, originator_version, topic, state)
    VALUES (gen_random_uuid(), 1, 'nobody.knows', '{}')
"""

CUT_THE_LOCK_OFF = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = %s
"""


class StoreWithAMoment(Store):
    """Something happens at the first read after a generation of the home feed was switched to."""

    def __init__(self, url: str, redis: Redis, happens: Callable[[], object]) -> None:
        super().__init__(url, application="slackwater tests")
        self._generations = Generations(redis)
        self._old = self._generations.active([HOME_FEED])
        self._happens = happens

    def read_after(self, position: int, limit: int) -> list[Entry]:
        if self._generations.active([HOME_FEED]) != self._old:
            happens, self._happens = self._happens, lambda: None
            happens()
        return super().read_after(position, limit)


class LosesItsLock(Silence):
    """When the new generation is about to be verified, Postgres ends the lock's connection."""

    def __init__(self, database_url: str, projection: str) -> None:
        self._database_url = database_url
        self._lock = f"slackwater generations {projection}"

    def begin(self, phase: str, total: int | None) -> None:  # noqa: ARG002
        if phase == "verifying":
            with psycopg.connect(self._database_url) as connection:
                assert connection.execute(CUT_THE_LOCK_OFF, (self._lock,)).fetchall() == [(True,)]


@pytest.fixture
def proxy(database_url: str) -> Generator[CuttingProxy]:
    with closing(CuttingProxy(database_url)) as proxy:
        yield proxy


def active(redis: Redis) -> Generation:
    return Generations(redis).active([HOME_FEED])[0]


def states(redis: Redis) -> dict[int, State]:
    return {one.generation.number: one.state for one in Generations(redis).listed(HOME_FEED)}


def rebuild_with(pipeline: Pipeline, database_url: str, store: Store) -> Rebuild:
    servers = Servers(database_url, pipeline.redis)
    return Rebuild(servers, store, active(pipeline.redis), Silence())


def assert_the_new_one_is_in_use(pipeline: Pipeline, new: int, old: int) -> None:
    """It is active, and not held, so that projectors can feed it; the old one rests."""
    redis = pipeline.redis
    assert states(redis) == {new: State.ACTIVE, old: State.RESTING}
    shards = active(redis).all_shards()
    assert [redis.hget(s.checkpoint_key, "held_until") for s in shards] == [None] * len(shards)


def test_a_store_that_goes_away_after_the_switch_is_no_failure(
    lived_in: Pipeline, database_url: str, proxy: CuttingProxy
) -> None:
    with closing(StoreWithAMoment(proxy.url, lived_in.redis, proxy.shut_out)) as store:
        rebuilt = rebuild_with(lived_in, database_url, store).run(shards=2, window=4, activate=True)
    assert rebuilt.switched
    assert_the_new_one_is_in_use(lived_in, new=2, old=1)
    lived_in.write_model.register(handle="late", display_name=None)
    lived_in.carry()
    lived_in.project(lived_in.projector())


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("fault", [KeyboardInterrupt, UnreadableEvent])
def test_whatever_ends_a_rebuild_after_the_switch_leaves_the_new_generation_in_use(
    lived_in: Pipeline, database_url: str, fault: type[BaseException], *, again: bool
) -> None:
    def happens() -> None:
        if fault is KeyboardInterrupt:
            raise fault
        with psycopg.connect(database_url) as connection:
            connection.execute(AN_UNREADABLE_EVENT)

    if again:
        rebuild = rebuild_with(lived_in, database_url, lived_in.store)
        rebuild.run(shards=2, window=4, activate=True)
    with closing(StoreWithAMoment(database_url, lived_in.redis, happens)) as store:
        rebuild = rebuild_with(lived_in, database_url, store)
        first = lived_in.generations.listed(HOME_FEED)[0].generation
        run = partial(rebuild.run, shards=2, window=4, activate=True)
        work = partial(rebuild.activate, first) if again else run
        if fault is KeyboardInterrupt:
            with pytest.raises(fault):
                work()
        else:  # that is not the rebuild's: the projectors tell of it
            assert work().switched
    new, old = (1, 2) if again else (2, 1)
    assert_the_new_one_is_in_use(lived_in, new, old)


def test_who_lost_the_lock_switches_nothing_and_leaves_nothing(
    lived_in: Pipeline, database_url: str
) -> None:
    servers, before = Servers(database_url, lived_in.redis), set(lived_in.redis.keys("{*"))
    progress = LosesItsLock(database_url, HOME_FEED)
    with (
        pytest.raises(StoreUnreachable, match="the lock on home-feed was lost"),
        generations_lock(database_url, HOME_FEED) as alone,
    ):
        Rebuild(servers, lived_in.store, active(lived_in.redis), progress, alone).run(
            shards=2, window=4, activate=True
        )
    assert states(lived_in.redis) == {1: State.ACTIVE}
    assert set(lived_in.redis.keys("{*")) == before


@pytest.fixture
def tables(relational: Relational) -> Relational:
    """Tables in use: generation 1."""
    relational.some_history()
    assert relational.project(relational.projector()) == 1
    return relational


def in_registry(relational: Relational) -> dict[int, tuple[bool, str]]:
    return {one.number: (one.active, one.state) for one in relational.generations.all()}


def schemas(relational: Relational) -> list[str]:
    select = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'slackwater_relational_%'"
    return [name for (name,) in relational.connection.execute(select).fetchall()]


def test_tables_of_who_lost_the_lock_are_not_switched_to_and_removed(
    tables: Relational, store: Store
) -> None:
    url = tables.database_url
    with (
        pytest.raises(StoreUnreachable, match="the lock on relational was lost"),
        generations_lock(url, RELATIONAL) as alone,
        closing(RelationalRebuild(url, store, LosesItsLock(url, RELATIONAL), alone)) as rebuild,
    ):
        rebuild.run(activate=True)
    assert in_registry(tables) == {1: (True, "live")}
    assert schemas(tables) == ["slackwater_relational_1"]


def test_tables_that_cannot_be_removed_do_not_hide_why_and_the_next_rebuild_removes_them(
    tables: Relational, store: Store, proxy: CuttingProxy
) -> None:
    def somebody_else_is_at_it_and_the_store_is_gone() -> None:
        proxy.shut_out()
        raise AlreadyRebuilding("somebody else")

    alone = somebody_else_is_at_it_and_the_store_is_gone
    with (
        closing(RelationalRebuild(proxy.url, store, Silence(), alone)) as rebuild,
        pytest.raises(AlreadyRebuilding, match="somebody else"),
    ):
        rebuild.run(activate=True)
    assert in_registry(tables) == {1: (True, "live"), 2: (False, "building")}
    with closing(RelationalRebuild(tables.database_url, store, Silence())) as rebuild:
        assert rebuild.run(activate=True).switched
    assert in_registry(tables) == {1: (False, "resting"), 3: (True, "live")}
    assert sorted(schemas(tables)) == ["slackwater_relational_1", "slackwater_relational_3"]
