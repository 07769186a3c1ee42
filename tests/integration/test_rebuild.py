"""Rebuilds on real servers: what is built, what is refused, what is left behind."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from redis import Redis
from redis.asyncio import Redis as AsyncRedis

import tests.conftest
from projections.catalogue import NAMES
from projections.generations import Generations
from projections.home_feed.keys import HOME_FEED
from projections.home_feed.read import HomeFeedReader, WindowPage
from projections.log.in_sight import HistoryInSight
from projections.progress import Silence
from projections.rebuild.errors import AlreadyRebuilding
from projections.rebuild.lock import generations_lock
from projections.rebuild.rebuild import Rebuild, Rebuilt, Servers
from projections.shards import Generation, State
from tests.convergence.contents import contents
from tests.integration.pipeline import Pipeline
from tests.integration.traffic import Traffic
from tests.waiting import until


@pytest.fixture
def rebuild(lived_in: Pipeline, database_url: str) -> Callable[..., Rebuilt]:
    """Rebuilds a projection in the shape of its active generation, or another."""

    def rebuild(
        name: str,
        *,
        shards: int = 0,
        window: int = 0,
        activate: bool = True,
        progress: Silence | None = None,
    ) -> Rebuilt:
        [active] = lived_in.generations.active([name])
        servers = Servers(database_url, lived_in.redis)
        return Rebuild(servers, lived_in.store, active, progress or Silence()).run(
            shards=shards or active.shards, window=window or active.window, activate=activate
        )

    return rebuild


def active(redis: Redis, name: str = HOME_FEED) -> Generation:
    return Generations(redis).active([name])[0]


def states(redis: Redis, name: str = HOME_FEED) -> dict[int, State]:
    return {one.generation.number: one.state for one in Generations(redis).listed(name)}


@pytest.mark.parametrize("name", NAMES)
def test_a_rebuild_makes_what_the_projectors_made_and_takes_over(
    lived_in: Pipeline,
    rebuild: Callable[..., Rebuilt],
    name: str,
) -> None:
    before = active(lived_in.redis, name)
    rebuilt = rebuild(name)
    assert rebuilt.switched
    assert active(lived_in.redis, name) == replace(before, number=rebuilt.number)
    assert contents(lived_in.redis, replace(before, number=rebuilt.number)) == contents(
        lived_in.redis, before
    )
    assert states(lived_in.redis, name) == {1: State.RESTING, 2: State.ACTIVE}


def test_the_new_generation_is_fed_and_the_old_one_rests(
    lived_in: Pipeline,
    rebuild: Callable[..., Rebuilt],
) -> None:
    old = active(lived_in.redis)
    sound = contents(lived_in.redis, old)
    projector = lived_in.projector()
    projector.step()
    new = replace(old, number=rebuild(HOME_FEED).number)
    author = lived_in.write_model.register(handle="newcomer", display_name=None).id
    lived_in.write_model.publish(author_id=author, text="after the switch")
    lived_in.carry()
    # One that still thinks the old one is its work, and one that knows better.
    projector.step()
    lived_in.project(lived_in.projector())
    assert contents(lived_in.redis, old) == sound
    assert contents(lived_in.redis, new) != sound


def test_a_rebuild_can_change_shards_and_window(
    lived_in: Pipeline,
    rebuild: Callable[..., Rebuilt],
) -> None:
    rebuild(HOME_FEED, shards=5, window=7)
    new = active(lived_in.redis)
    assert (new.shards, new.window) == (5, 7)
    assert max(lived_in.redis.llen(k) for k in lived_in.redis.keys(f"{{{HOME_FEED}:2:*f:*")) == 7


def test_a_generation_that_is_not_as_history_says_never_becomes_active(
    lived_in: Pipeline,
    rebuild: Callable[..., Rebuilt],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Saboteur(Silence):
        def begin(self, phase: str, total: int | None) -> None:  # noqa: ARG002
            if phase == "verifying":
                key = min(lived_in.redis.keys(f"{{{HOME_FEED}:2:*f:*"))
                lived_in.redis.rpop(key)

    rebuilt = rebuild(HOME_FEED, progress=Saboteur())
    assert rebuilt.findings is not None
    assert rebuilt.findings.different == 1
    assert not rebuilt.switched
    assert states(lived_in.redis) == {1: State.ACTIVE, 2: State.RESTING}


def test_without_a_switch_the_new_generation_waits_to_be_activated(
    lived_in: Pipeline,
    rebuild: Callable[..., Rebuilt],
    database_url: str,
) -> None:
    old = active(lived_in.redis)
    new = replace(old, number=rebuild(HOME_FEED, activate=False).number)
    assert states(lived_in.redis) == {1: State.ACTIVE, 2: State.RESTING}
    lived_in.write_model.register(handle="newcomer", display_name=None)
    lived_in.carry()
    lived_in.project(lived_in.projector())
    servers = Servers(database_url, lived_in.redis)
    activated = Rebuild(servers, lived_in.store, old, Silence()).activate(new)
    assert activated.switched
    assert active(lived_in.redis) == new
    back = Rebuild(servers, lived_in.store, new, Silence()).activate(old)
    assert back.switched
    assert active(lived_in.redis) == old
    assert contents(lived_in.redis, old) == contents(lived_in.redis, new)


def test_what_a_rebuild_leaves_that_was_cut_short_is_removed_by_the_next_one(
    lived_in: Pipeline,
    rebuild: Callable[..., Rebuilt],
) -> None:
    unfinished = lived_in.generations.announce(HOME_FEED, shards=2, window=3)
    lived_in.redis.rpush(f"{unfinished.shard(1).tag}f:3", 5)
    assert states(lived_in.redis)[unfinished.number] == State.BUILDING
    assert rebuild(HOME_FEED).number == unfinished.number + 1
    assert unfinished.number not in states(lived_in.redis)
    assert contents(lived_in.redis, unfinished) == {}


def test_a_rebuild_that_fails_leaves_nothing_behind(
    lived_in: Pipeline,
    rebuild: Callable[..., Rebuilt],
) -> None:
    keys = set(lived_in.redis.keys("{*"))

    class Stopped(Silence):
        def begin(self, phase: str, total: int | None) -> None:  # noqa: ARG002
            if phase == "verifying":
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(HOME_FEED, progress=Stopped())
    assert states(lived_in.redis) == {1: State.ACTIVE}
    assert set(lived_in.redis.keys("{*")) == keys


def test_two_at_once_are_refused_for_one_projection(database_url: str) -> None:
    with generations_lock(database_url, HOME_FEED):
        with pytest.raises(AlreadyRebuilding), generations_lock(database_url, HOME_FEED):
            pass
        with generations_lock(database_url, "posts"):
            pass
    with generations_lock(database_url, HOME_FEED):
        pass


def test_dropping_removes_every_key_and_the_number_is_not_given_again(
    lived_in: Pipeline,
    rebuild: Callable[..., Rebuilt],
) -> None:
    old = active(lived_in.redis)
    rebuild(HOME_FEED)
    lived_in.generations.drop(old, lambda _: None)
    assert lived_in.redis.keys(f"{{{HOME_FEED}:1:*") == []
    assert states(lived_in.redis) == {2: State.ACTIVE}
    lived_in.generations.drop(lived_in.generations.announce(HOME_FEED, shards=1, window=1), print)
    assert lived_in.generations.announce(HOME_FEED, shards=1, window=1).number == 4


def test_a_rebuild_during_writes_loses_and_doubles_nothing_and_no_reader_goes_back(
    lived_in: Pipeline,
    rebuild: Callable[..., Rebuilt],
    servers: tests.conftest.Servers,
) -> None:
    people = [2 * (n + 1) for n in range(8)]
    seen: dict[int, list[WindowPage]] = {person: [] for person in people}
    stop = threading.Event()

    async def read_on() -> None:
        async with (
            AsyncRedis.from_url(servers.redis_url) as one,
            AsyncRedis.from_url(servers.redis_url) as other,
        ):
            # Two query APIs, each with its own idea of the pointer.
            readers = [HomeFeedReader(each, HistoryInSight()) for each in (one, other)]
            while not stop.is_set():
                for person in people:
                    for reader in readers:
                        seen[person].append(await reader.feed(person, below=0, limit=100))

    reading = threading.Thread(target=lambda: asyncio.run(read_on()))
    with Traffic(lived_in):
        reading.start()
        for shards in (3, 1, 2):
            enough = len(seen[people[-1]]) + 20
            until(lambda enough=enough: len(seen[people[-1]]) > enough, "reads")
            assert rebuild(HOME_FEED, shards=shards).switched
        stop.set()
        reading.join()
    for person, pages in seen.items():
        positions = [page.position for page in pages]
        assert positions == sorted(positions), f"a reader of {person} went back"
    assert len({page.position for pages in seen.values() for page in pages}) > 10
    rebuilt = rebuild(HOME_FEED)
    assert rebuilt.findings is not None
    assert rebuilt.findings.different == 0


@pytest.mark.parametrize("people", [0, 2])
@pytest.mark.parametrize("name", NAMES)
def test_a_history_that_has_hardly_begun_is_rebuilt_as_well(
    pipeline: Pipeline, database_url: str, name: str, people: int
) -> None:
    pipeline.people(people)
    pipeline.carry()
    pipeline.project(pipeline.projector())
    servers, before = Servers(database_url, pipeline.redis), active(pipeline.redis, name)
    rebuilt = Rebuild(servers, pipeline.store, before, Silence()).run(
        shards=2, window=4, activate=True
    )
    assert rebuilt.switched
    assert contents(pipeline.redis, replace(before, number=rebuilt.number)) == contents(
        pipeline.redis, before
    )
