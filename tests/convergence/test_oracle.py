"""The oracle, on a real store, against what the projector's scripts made on a real Valkey."""

import numpy as np
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis

from projections.home_feed.apply import PROJECTION
from projections.home_feed.keys import HOME_FEED
from projections.projection import BatchWriter
from projections.shards import Checkpoint, Generation, Shard
from projections.verify.oracle import Oracle, Window
from projections.verify.truth import Truth
from tests.convergence.histories import LogBuilder, histories
from tests.convergence.stores import put_into_store
from tests.convergence.test_home_feed_converges import on_one_server
from tests.convergence.windows import author_window, feed_window


def windows_of(redis: Redis, shard: Shard, people: list[int], *, follows: bool) -> list[Window]:
    """What stands in Redis, as the oracle takes it."""
    read = feed_window if follows else author_window
    found = [read(redis, shard, person) for person in people]
    return [Window(np.array(one.posts, np.int64), one.horizon) for one in found]


@pytest.mark.usefixtures("write_model")
@on_one_server
@given(
    log=histories,
    window=st.integers(1, 5),
    until=st.floats(0, 1),
    wrong=st.sampled_from(["shorter", "longer", "horizon up", "horizon down"]),
)
def test_the_oracle_accepts_exactly_the_windows_of_the_projection_as_of_any_position(
    redis: Redis, database_url: str, log: LogBuilder, window: int, until: float, wrong: str
) -> None:
    redis.flushall()
    with psycopg.connect(database_url) as connection:
        put_into_store(connection, log.entries)
    shard = Generation(HOME_FEED, 1, 1, window).shard(0)
    # History goes on after the position as of which is asked.
    part = log.entries[: 1 + int(until * (len(log.entries) - 1))]
    BatchWriter(redis, PROJECTION).apply(shard, Checkpoint(), part)
    oracle, people = Oracle(Truth(database_url), window), np.array(log.people, np.int64)
    position = part[-1].position
    for follows in (True, False):
        live = windows_of(redis, shard, log.people, follows=follows)
        assert oracle.accept(people, live, position, follows=follows).all()
        for person, one in zip(log.people, live, strict=True):
            exact = oracle.exact(person, position, follows=follows)
            assert (exact.posts.tolist(), exact.horizon) == (one.posts.tolist(), one.horizon)
        changed = [broken(one, wrong) for one in live]
        accepted = oracle.accept(people, changed, position, follows=follows)
        differs = [one.horizon != was.horizon or len(one.posts) != len(was.posts)
                   for one, was in zip(changed, live, strict=True)]  # fmt: skip
        assert (accepted == ~np.array(differs)).all()


def broken(window: Window, how: str) -> Window:
    """A window with one thing wrong; the same one where that cannot be done."""
    match how:
        case "shorter":
            return Window(window.posts[:-1], window.horizon)
        case "longer":
            return Window(np.append(window.posts, 1), window.horizon)
        case "horizon up":
            return Window(window.posts, window.horizon + 1)
        case _:
            return Window(window.posts, max(0, window.horizon - 1))
