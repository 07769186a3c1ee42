"""Feeds go cold when nobody reads them, and warm when somebody does: with real projectors."""

import time
from collections.abc import Callable, Generator

import httpx
import pytest
from redis import Redis

from command_api.application import Slackwater
from command_api.outcomes import RegisteredPerson
from projections.generations import Generations
from projections.home_feed.keys import FOLLOWEES, HOME_FEED
from projections.home_feed.read_log import PERIODS_LOOKED_AT, ReadLog
from projections.home_feed.read_marks import CHANNEL, HeardMarks, encode_marks
from projections.home_feed.turning import Turning
from projections.projector import Projector
from query_api.app import create_app
from query_api.swift_feed.swift_feed import SWIFT
from tests.conftest import Servers
from tests.integration.command_api import TOKENS, as_person, served
from tests.integration.pipeline import Pipeline
from tests.integration.relational import Relational
from tests.prove.look import Look, Looker
from tests.waiting import until

AFTER = 0.6
"""Seconds: a feed that is not read for so long goes cold."""


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projections.home_feed.cold_feeds.EVERY_SECONDS", 0.0)


def look(pipeline: Pipeline, people: list[int]) -> list[Look]:
    """At every shard of the active home feed."""
    [active] = Generations(pipeline.redis).active([HOME_FEED])
    looker = Looker(pipeline.redis)
    return [looker.at(shard, people) for shard in active.all_shards()]


def cold_people(pipeline: Pipeline, people: list[int]) -> set[int]:
    """Whose feeds are cold."""
    return {person for one in look(pipeline, people) for person in people if one.is_cold(person)}


def step_until(projector: Projector, is_so: Callable[[], bool], what: str) -> None:
    """Lets the projector work until it is so."""

    def stepped() -> bool:
        projector.step()
        return is_so()

    until(stepped, what)


@pytest.fixture
def registered(pipeline: Pipeline, write_model: Slackwater) -> list[RegisteredPerson]:
    """Three people; the first two follow the third, who has published."""
    registered = [write_model.register(handle=f"p_{n}", display_name=None) for n in range(3)]
    for reader in registered[:2]:
        write_model.set_following(
            follower_id=reader.id, followee_id=registered[2].id, following=True
        )
    for n in range(3):
        write_model.publish(author_id=registered[2].id, text=f"{n}")
    pipeline.carry()
    return registered


@pytest.fixture
def people(registered: list[RegisteredPerson]) -> list[int]:
    """Their numbers."""
    return [one.position for one in registered]


@pytest.mark.usefixtures("quick")
def test_who_is_read_stays_warm_and_the_others_go_cold_until_they_are_read(
    pipeline: Pipeline, people: list[int]
) -> None:
    projector, [reader, idler, _] = pipeline.projector(cold_after=AFTER), people
    pipeline.project(projector)

    def read_on() -> bool:
        pipeline.redis.publish(CHANNEL, encode_marks([reader]))
        return idler in cold_people(pipeline, people)

    step_until(projector, read_on, "the feed that nobody reads is cold")
    assert reader not in cold_people(pipeline, people)
    pipeline.redis.publish(CHANNEL, encode_marks([idler]))
    step_until(projector, lambda: idler not in cold_people(pipeline, people), "it is warm again")
    projector.close()


@pytest.mark.usefixtures("quick")
def test_no_feed_goes_cold_where_that_is_switched_off_but_cold_ones_become_warm(
    pipeline: Pipeline, people: list[int]
) -> None:
    projector = pipeline.projector()
    pipeline.project(projector)
    [active] = Generations(pipeline.redis).active([HOME_FEED])
    Turning(pipeline.redis).cool(active.shard_of(people[0]), people[:1])
    projector.step()
    assert cold_people(pipeline, people) == {people[0]}
    pipeline.redis.publish(CHANNEL, encode_marks(people[:1]))
    step_until(projector, lambda: not cold_people(pipeline, people), "the one that was read")
    assert pipeline.redis.keys("slackwater:read:*") == []
    projector.close()


@pytest.mark.usefixtures("quick")
def test_a_turn_that_somebody_left_in_the_middle_is_finished_and_the_log_goes_on(
    pipeline: Pipeline, people: list[int], write_model: Slackwater
) -> None:
    projector = pipeline.projector()
    pipeline.project(projector)
    [active] = Generations(pipeline.redis).active([HOME_FEED])
    shard = active.shard_of(people[0])
    pipeline.redis.hset(shard.checkpoint_key, "turning", f"cold:{people[0]}:0")
    write_model.register(handle="late", display_name=None)
    pipeline.carry()
    pipeline.project(projector)
    assert cold_people(pipeline, people) == {people[0]}
    projector.close()


def test_a_read_counts_for_the_whole_time_and_not_for_ever(redis: Redis) -> None:
    log = ReadLog(redis, AFTER)

    def unread() -> list[int]:
        log.begin()
        return log.unread([1, 2])

    assert unread() == [], "nobody is known not to have read yet"
    until(lambda: unread() == [1, 2], "nobody has read for the whole time")
    log.add([1])
    read_at = time.monotonic()
    until(lambda: unread() == [1, 2], "the one who read is forgotten")
    assert time.monotonic() - read_at + 0.05 >= AFTER
    assert time.monotonic() - read_at < AFTER * PERIODS_LOOKED_AT


def test_once_nobody_kept_it_for_long_it_begins_anew(redis: Redis) -> None:
    log = ReadLog(redis, AFTER)
    log.begin()
    until(lambda: log.unread([1]) == [1], "nobody has read for the whole time")
    until(lambda: log.unread([1]) == [], "nobody has kept it since")
    log.begin()
    assert log.unread([1]) == []


@pytest.mark.usefixtures("quick")
def test_who_reads_while_waiting_to_go_cold_stays_warm(
    pipeline: Pipeline, people: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    projector, [reader, idler, _] = pipeline.projector(cold_after=AFTER), people
    pipeline.project(projector)
    monkeypatch.setattr("projections.home_feed.cold_feeds.PEOPLE_AT_ONCE", 0)
    cold_feeds = projector._cold_feeds
    step_until(
        projector,
        lambda: {reader, idler} <= {one for some in cold_feeds._to_cool.values() for one in some},
        "both wait to go cold",
    )
    monkeypatch.setattr("projections.home_feed.cold_feeds.PEOPLE_AT_ONCE", 200)
    pipeline.redis.publish(CHANNEL, encode_marks([reader]))
    step_until(projector, lambda: idler in cold_people(pipeline, people), "the idler is cold")
    assert reader not in cold_people(pipeline, people)
    projector.close()


def test_who_follows_very_many_does_not_go_cold(pipeline: Pipeline, people: list[int]) -> None:
    pipeline.project(pipeline.projector())
    [active] = Generations(pipeline.redis).active([HOME_FEED])
    shard, turning = active.shard_of(people[0]), Turning(pipeline.redis)
    pipeline.redis.rpush(f"{shard.tag}{FOLLOWEES}{people[0]}", *range(10_000, 12_000))
    assert turning.cool(shard, people[:1]).cold == 0
    pipeline.redis.rpop(f"{shard.tag}{FOLLOWEES}{people[0]}")
    assert turning.cool(shard, people[:1]).cold == 1


def test_what_is_no_mark_is_no_read_and_harms_nobody(redis: Redis) -> None:
    marks, heard = HeardMarks(redis), set[int]()
    marks.take()
    for message in ("rubbish", "{}", '["a"]', "[7, 8]"):
        redis.publish(CHANNEL, message)

    def hear() -> bool:
        heard.update(marks.take())
        return bool(heard)

    until(hear, "the mark is heard")
    assert heard == {7, 8}
    marks.close()


@pytest.fixture
def reads(
    pipeline: Pipeline, relational: Relational, servers: Servers, database_url: str
) -> Generator[httpx.Client]:
    relational.project(relational.projector())
    api = create_app(
        database_url=database_url, redis_url=servers.redis_url, tokens=TOKENS, settings={}
    )
    with served(api) as address, httpx.Client(base_url=address, timeout=30) as http:
        yield http


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("swift", [True, False])
def test_a_read_of_a_cold_feed_is_answered_at_once_and_lets_it_be_built_again(
    pipeline: Pipeline, registered: list[RegisteredPerson], reads: httpx.Client, swift: bool
) -> None:
    projector, people = pipeline.projector(), [one.position for one in registered]
    reader = people[0]
    pipeline.project(projector)
    [active] = Generations(pipeline.redis).active([HOME_FEED])
    headers = as_person(registered[0].id) | ({} if swift else {"Prefer": "nothing=in-particular"})
    warm = reads.get("/feed/", headers=headers)
    assert len(warm.json()["items"]) == 3
    Turning(pipeline.redis).cool(active.shard_of(reader), [reader])
    before = SWIFT._value.get()
    cold = reads.get("/feed/", headers=headers)
    assert (SWIFT._value.get() > before) == swift
    assert cold.json()["items"] == warm.json()["items"]
    assert cold.headers["Feed-Source"] == "redis"
    step_until(projector, lambda: not cold_people(pipeline, people), "it is built again")
    assert reads.get("/feed/", headers=headers).json()["items"] == warm.json()["items"]
    projector.close()
