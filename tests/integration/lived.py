"""A history that many tests begin with: made once, and copied into both stores for each of them."""

import random
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from redis import Redis

from command_api.application import Slackwater
from projections.greatness import Greatness
from projections.log.store import Store
from tests.integration.pipeline import Pipeline

SHARDS, WINDOW, GREAT = 2, 4, Greatness(2, 1)


@dataclass(frozen=True, slots=True)
class Key:
    """What stands in Valkey under a name."""

    name: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class Lived:
    """Follows, unfollows, deletions, trimmed windows and great authors, all of it projected.

    `database_url`: where the store is. Nobody is connected to it, so it can be copied.
    """

    database_url: str
    keys: list[Key]

    def put_into(self, redis: Redis) -> None:
        """Makes this what an empty Valkey holds."""
        with redis.pipeline(transaction=False) as pipe:
            for key in self.keys:
                pipe.restore(key.name, 0, key.value)
            pipe.execute()


@contextmanager
def pipeline_on(write_model: Slackwater, store: Store, redis: Redis) -> Generator[Pipeline]:
    """A pipeline for this history."""
    with closing(
        Pipeline(write_model, store, redis, shards=SHARDS, window=WINDOW, great=GREAT)
    ) as pipeline:
        yield pipeline


def live(database_url: str, redis: Redis) -> list[Key]:
    """Lets it happen on an empty database and an empty Valkey; says what the latter holds then.

    No worker is left behind in it: who comes next has all shards, and carries, at once.
    """
    with (
        closing(Slackwater(database_url)) as write_model,
        closing(Store(database_url, application="slackwater tests")) as store,
        pipeline_on(write_model, store, redis) as pipeline,
    ):
        write_model.open()
        _write(write_model)
        pipeline.carry()
        projector = pipeline.projector()
        pipeline.project(projector)
        for worker in (projector, pipeline.own_relay):
            worker._member.leave()
        keys = cast("list[bytes]", redis.keys())
        return [Key(key, cast("bytes", redis.dump(key))) for key in keys if redis.ttl(key) < 0]


def _write(write_model: Slackwater) -> None:
    rng = random.Random(11)
    people = [write_model.register(handle=f"person_{n}", display_name=None).id for n in range(8)]
    posts: list[tuple[UUID, UUID]] = []
    for _ in range(150):
        who, whom = rng.sample(people, 2)
        match rng.randrange(10):
            case 0 | 1 | 2:
                write_model.set_following(follower_id=who, followee_id=whom, following=True)
            case 3:
                write_model.set_following(follower_id=who, followee_id=whom, following=False)
            case 4 if posts:
                author, post = posts.pop(rng.randrange(len(posts)))
                write_model.delete(caller_id=author, post_id=post)
            case _:
                posts.append((who, write_model.publish(author_id=who, text=f"{who}").id))
