"""What a query API tells of who reads, with a right to publish and none to write."""

import asyncio
from collections.abc import Generator

import pytest
from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from projections.home_feed.read_marks import (
    CHANNEL,
    PEOPLE_PER_MESSAGE,
    HeardMarks,
    encode_marks,
)
from query_api.breaker import Breaker
from query_api.read_marks import WAITING_MAX, ReadMarks
from tests.conftest import Servers
from tests.waiting import until

USER = "reads-only"
PASSWORD = "of-no-worth"


@pytest.fixture
def may_publish(redis: Redis) -> Generator[None]:
    """A user who may read and publish."""
    rights = "resetkeys", "%R~*", "allchannels", "-@all", "+@read", "+@connection", "+publish"
    redis.execute_command("ACL", "SETUSER", USER, "on", f">{PASSWORD}", *rights)
    yield
    redis.execute_command("ACL", "DELUSER", USER)


def told(servers: Servers, *rounds: list[tuple[int, bool]]) -> None:
    """Lets a query API mark these people, and send after each round."""

    async def tell() -> None:
        async with AsyncRedis.from_url(
            servers.redis_url, username=USER, password=PASSWORD
        ) as client:
            marks = ReadMarks(client, Breaker(client.ping))
            for people in rounds:
                for person, is_cold in people:
                    marks.mark(person, is_cold=is_cold)
                await marks.send()

    asyncio.run(tell())


def heard_of(heard: HeardMarks, so_many: int) -> list[set[int]]:
    """What is heard, look by look, until it is of so many people in all."""
    looks: list[set[int]] = []

    def listen() -> bool:
        looks.append(heard.take())
        return sum(map(len, looks)) >= so_many

    until(listen, f"{so_many} people are heard of")
    return looks


def listeners(redis: Redis) -> int:
    """How many hear who reads."""
    return redis.pubsub_numsub(CHANNEL)[0][1]


@pytest.fixture
def heard(redis: Redis) -> Generator[HeardMarks]:
    before = listeners(redis)  # one of an earlier test may not have been collected yet
    listening = HeardMarks(redis)
    listening.take()
    until(lambda: listeners(redis) > before, "it listens")
    yield listening
    listening.close()


@pytest.mark.usefixtures("may_publish")
def test_who_reads_is_told_once_and_who_reads_a_cold_feed_again_and_again(
    servers: Servers, heard: HeardMarks
) -> None:
    told(servers, [(1, False), (2, True), (1, False)], [(1, False), (2, True)], [(3, False)])
    people = [one for look in heard_of(heard, 3) for one in look]
    assert sorted(set(people)) == [1, 2, 3]
    told(servers, [(4, False)], [(4, False)], [(5, False)])
    assert {4, 5} == set().union(*heard_of(heard, 2))


@pytest.mark.usefixtures("may_publish")
def test_many_are_told_in_many_messages_and_too_many_not_at_all(
    servers: Servers, heard: HeardMarks
) -> None:
    told(servers, [(person, False) for person in range(1, WAITING_MAX + 10)])
    looks = heard_of(heard, WAITING_MAX)
    assert len(set().union(*looks)) == WAITING_MAX
    assert WAITING_MAX > PEOPLE_PER_MESSAGE


def test_a_message_that_arrives_in_parts_is_heard_whole(redis: Redis, heard: HeardMarks) -> None:
    people = list(range(1, 500_000))  # 3.4 MB: more than a socket takes at once
    redis.publish(CHANNEL, encode_marks(people))
    assert set().union(*heard_of(heard, len(people))) == set(people)


@pytest.mark.usefixtures("may_publish")
def test_who_may_not_publish_goes_on_without(
    redis: Redis, servers: Servers, heard: HeardMarks
) -> None:
    redis.execute_command("ACL", "SETUSER", USER, "-publish")
    told(servers, [(1, False)], [(2, True)])
    assert heard.take() == set()
