"""The oracle of verification against what the projector's scripts make on a real Valkey."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis

from projections.batch_writer import BatchWriter
from projections.greatness import Greatness
from projections.home_feed.apply import PROJECTION
from projections.shards import Checkpoint, Generation, Shard
from projections.verify.greatness import GreatAuthors
from projections.verify.oracle import Oracle
from projections.verify.truth import Truth
from tests.convergence import windows
from tests.convergence.histories import LogBuilder, Wish, histories, history
from tests.convergence.test_home_feed_converges import on_one_server, thresholds
from tests.convergence.windows import Window, columns_of
from tests.prove.truth_from_log import TruthFromLog


def oracle_of(truth: Truth, generation: Generation) -> Oracle:
    return Oracle(truth, generation.window, GreatAuthors(truth, generation))


def live(redis: Redis, shard: Shard, people: Sequence[int], *, follows: bool) -> list[Window]:
    look = windows.feed_windows if follows else windows.author_windows
    return list(look(redis, shard, people).values())


def spoiled(right: Window) -> list[Window]:
    """Windows that are not quite this one."""
    posts, horizon = right.posts, right.horizon
    wrong = [Window(horizon + 1, posts), Window(horizon, [*posts, 1])]
    if horizon:
        wrong += [Window(horizon - 1, posts), Window(0, posts)]
    if posts:
        # The second is what the rule shows above its horizon, but shorter than it may be.
        wrong += [Window(horizon, posts[1:]), Window(posts[-1], posts[:-1])]
    if len(posts) > 1:
        wrong.append(Window(horizon, posts[::-1]))
    return wrong


@on_one_server
@given(log=histories, window=st.integers(1, 5), great=thresholds, part=st.floats(0.3, 1.0))
def test_as_of_any_position_the_oracle_accepts_what_the_scripts_make_and_nothing_else(
    redis: Redis, log: LogBuilder, window: int, great: Greatness, part: float
) -> None:
    redis.flushall()
    shard = Generation(PROJECTION.name, 1, 1, window, great=great).shard(0)
    entries = log.entries[: max(1, int(part * len(log.entries)))]
    position = entries[-1].position
    writer, checkpoint = BatchWriter(redis, PROJECTION), Checkpoint()
    while checkpoint.position < position:
        checkpoint = writer.apply(shard, checkpoint, entries)
    people = [person for person in log.people if person <= position]
    told = entries
    truth = TruthFromLog(lambda: told)
    oracle = oracle_of(truth, shard.generation)
    oracle.exact(people[0], position, follows=True)
    told = log.entries  # it goes on meanwhile
    truth.advance()
    for follows in (True, False):
        right = live(redis, shard, people, follows=follows)
        posts, horizons = columns_of(right)
        assert oracle.accept(np.array(people), posts, horizons, position, follows=follows).all()
        for person, one in zip(people, right, strict=True):
            exact = oracle.exact(person, position, follows=follows)
            assert (exact.posts.tolist(), exact.horizon) == (one.posts, one.horizon)
            wrong = spoiled(one)
            owners = np.full(len(wrong), person)
            posts, horizons = columns_of(wrong)
            assert not oracle.accept(owners, posts, horizons, position, follows=follows).any()


def test_a_follow_brings_the_horizon_of_a_window_that_deletions_emptied(redis: Redis) -> None:
    """What fell off before is not shown, although only it is left."""
    publish, delete, follow = (Wish(what, 0, 0, 0) for what in ("publish", "delete", "follow"))
    log = history(2, [publish, publish, delete, replace(follow, who=1)])
    author, follower = log.people
    shard = Generation(PROJECTION.name, 1, 1, 1).shard(0)
    oracle = oracle_of(TruthFromLog(lambda: log.entries), shard.generation)
    BatchWriter(redis, PROJECTION).apply(shard, Checkpoint(), log.entries)
    for person, follows in ((author, False), (follower, True)):
        exact = oracle.exact(person, log.entries[-1].position, follows=follows)
        assert (exact.posts.tolist(), exact.horizon) == ([], 3)
        [right] = live(redis, shard, [person], follows=follows)
        assert (right.posts, right.horizon) == ([], 3)


def test_what_an_author_does_later_changes_the_horizon_that_a_later_follow_brings() -> None:
    """Once asked, the oracle knows the author's window; then it goes on."""
    publish, delete = Wish("publish", 0, 0, 0), Wish("delete", 0, 0, 0)
    log = history(2, [publish, publish, delete])
    told = list(log.entries)
    truth = TruthFromLog(lambda: told)
    oracle = oracle_of(truth, Generation(PROJECTION.name, 1, 1, 1))
    author, follower = log.people
    assert oracle.exact(author, told[-1].position, follows=False).horizon == 3
    for wish in (publish, publish, delete, Wish("follow", 1, 0, 0)):
        log.add(wish)
    told = list(log.entries)
    truth.advance()
    # Of the posts 6 and 7 the first fell off, and the second was deleted.
    assert oracle.exact(follower, told[-1].position, follows=True).horizon == 6
