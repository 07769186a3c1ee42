"""One history in both stores, and the reads of one query side, asked of either."""

import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from command_api.application import Slackwater
from query_api.errors import NotFound
from query_api.freshness import POSTGRES
from query_api.postgres_source import PostgresSource
from query_api.read_models import ReadModels
from query_api.redis_source import RedisSource
from query_api.source import Answered, Source

PAGES_MAX = 200
NOBODY = uuid4()

Paged = Callable[[Source, int, int], Awaitable[Answered[Any]]]
"""A page of something: from a source, below a position, so many entries."""

Alone = Callable[[Source], Awaitable[Answered[Any]]]


@dataclass(frozen=True, slots=True)
class Lived:
    """Who and what a random history was about; posts that were deleted too."""

    people: list[UUID]
    posts: list[UUID]


def live(write: Slackwater, rng: random.Random, people: int, deeds: int) -> Lived:
    """Lets people register, follow, unfollow, publish and delete at random."""
    everybody = [_register(write, number) for number in range(people)]
    posts: list[UUID] = []
    visible: list[tuple[UUID, UUID]] = []
    for _ in range(deeds):
        who, whom = rng.sample(everybody, 2)
        match rng.randrange(12):
            case 0 | 1 | 2:
                write.set_following(follower_id=who, followee_id=whom, following=True)
            case 3 | 4:
                write.set_following(follower_id=who, followee_id=whom, following=False)
            case 5 if visible:
                author, post = visible.pop(rng.randrange(len(visible)))
                write.delete(caller_id=author, post_id=post)
            case 6 if len(everybody) < 2 * people:
                everybody.append(_register(write, len(everybody)))
            case _:
                post = write.publish(author_id=who, text=f"{rng.random()} 🌊").id
                posts.append(post)
                visible.append((who, post))
    return Lived(everybody, posts)


def _register(write: Slackwater, number: int) -> UUID:
    return write.register(handle=f"person_{number}", display_name=f"Näme {number}").id


def paged_reads(lived: Lived) -> list[Paged]:
    """Every read that comes in pages, of everybody and of nobody."""

    def of(person: UUID) -> list[Paged]:
        return [
            lambda source, below, limit: source.home_feed(person, below=below, limit=limit),
            lambda source, below, limit: source.posts_of(person, below=below, limit=limit),
            lambda source, below, limit: source.followers(person, below=below, limit=limit),
            lambda source, below, limit: source.following(person, below=below, limit=limit),
        ]

    return [read for person in [*lived.people, NOBODY] for read in of(person)]


def single_reads(lived: Lived) -> list[Alone]:
    """Every read of one thing, of all there is and of what there is not."""

    def profile(person: UUID) -> Alone:
        return lambda source: source.profile(person)

    def post(post_id: UUID) -> Alone:
        return lambda source: source.post(post_id)

    people, posts = [*lived.people, NOBODY], [*lived.posts, NOBODY]
    return [*map(profile, people), *map(post, posts)]


async def outcome(asked: Awaitable[Answered[Any]]) -> dict[str, Any]:
    """The answer as it is sent, and how new it is but for where it came from."""
    try:
        answered = await asked
    except NotFound as missing:
        return {"missing": str(missing), "as_of": missing.fresh.as_of}
    token = {"epoch": answered.fresh.epoch, "token": answered.fresh.as_of}
    return answered.body.model_dump(mode="json") | token


async def pages(read: Paged, sources: Sequence[Source], limit: int) -> list[dict[str, Any]]:
    """All pages, each from the next of these sources in turn."""
    found: list[dict[str, Any]] = []
    below = 0
    for number in range(PAGES_MAX):
        page = await outcome(read(sources[number % len(sources)], below, limit))
        found.append(page)
        if page.get("next") is None:
            return found
        below = int(page["next"])
    raise AssertionError("paging does not end")


def items(found: list[dict[str, Any]]) -> list[Any]:
    """What stands on these pages, all in all; or that there is nothing to read."""
    return [item for page in found for item in page.get("items", [page.get("missing")])]


async def compare_pages(models: ReadModels, read: Paged, limit: int) -> int:
    """Whichever source answers which page, the pages are together the same: so many."""
    redis, postgres = RedisSource(models), PostgresSource(models)
    by_redis = await pages(read, [redis], limit)
    by_postgres = await pages(read, [postgres], limit)
    assert items(by_postgres) == items(by_redis)
    if len(by_redis) > len(by_postgres):
        # At the end of a window Redis leads on to what is below, and that may be nothing.
        assert by_redis.pop()["items"] == []
        by_redis[-1]["next"] = None
    assert by_postgres == by_redis
    for mixed in ([redis, postgres], [postgres, redis], [redis, redis, postgres]):
        assert items(await pages(read, mixed, limit)) == items(by_redis)
    return len(by_redis)


async def source_of(asked: Awaitable[Answered[Any]]) -> bool:
    """Whether the answer says that it is from Postgres."""
    return (await asked).fresh.source == POSTGRES
