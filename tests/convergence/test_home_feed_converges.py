"""The home feed's script on a real Valkey, driven by random histories, against the feed rule."""

from itertools import cycle
from typing import cast

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from domain.events import Followed, Published
from projections.batch_writer import BatchWriter
from projections.generations import Generations
from projections.greatness import NOBODY_IS_GREAT, Greatness
from projections.home_feed.apply import PROJECTION
from projections.home_feed.keys import HOME_FEED
from projections.log.entry import Entry
from projections.shards import Checkpoint, Generation, Shard
from tests.convergence.histories import LogBuilder, histories
from tests.convergence.windows import (
    Window,
    assert_shard_equals_rule,
    author_windows,
    feed_windows,
    merged,
)
from tests.examples import examples

thresholds = st.sampled_from(
    [NOBODY_IS_GREAT, *(Greatness(*pair) for pair in [(1, 0), (2, 0), (2, 1), (3, 1), (4, 2)])]
)
"""So low that authors become great, and cease to be, again and again."""

shapes = st.builds(
    Generation,
    projection=st.just(HOME_FEED),
    number=st.just(1),
    shards=st.integers(1, 3),
    window=st.integers(1, 5),
    great=thresholds,
    long_lists=st.booleans(),
)
budgets = st.integers(1, 6)

on_one_server = settings(
    max_examples=examples(200),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
    print_blob=True,
)


def after(entries: list[Entry], position: int, count: int) -> list[Entry]:
    """The next entries of the log."""
    return [entry for entry in entries if entry.position > position][:count]


def checkpoint_of(redis: Redis, shard: Shard) -> Checkpoint:
    return Generations(redis).checkpoints([shard])[shard]


class Calls:
    """Stands in for the connection and remembers every call, as a zombie's would come again."""

    def __init__(self, writer: BatchWriter) -> None:
        self._real = writer._apply
        self.made: list[tuple[list[str], list[str]]] = []
        writer._apply = self  # pyright: ignore[reportAttributeAccessIssue]

    def __call__(self, keys: list[str], args: list[str]) -> object:
        self.made.append((keys, args))
        return self._real(keys=keys, args=args)

    def again(self, call: tuple[list[str], list[str]]) -> bool:
        """Makes an old call again; tells whether it changed anything."""
        moved, _, _ = cast("tuple[int, int, int]", self._real(keys=call[0], args=call[1]))
        return moved == 1


@on_one_server
@given(log=histories, generation=shapes, budget=budgets, data=st.data())
def test_any_batches_with_duplicates_on_any_shards_keep_every_window_equal_to_the_rule(
    redis: Redis, log: LogBuilder, generation: Generation, budget: int, data: st.DataObject
) -> None:
    redis.flushall()
    writer = BatchWriter(redis, PROJECTION, budget=budget)
    calls = Calls(writer)
    head = log.entries[-1].position
    behind = generation.all_shards()
    while behind:
        shard = data.draw(st.sampled_from(behind))
        checkpoint = checkpoint_of(redis, shard)
        batch = after(log.entries, checkpoint.position, data.draw(st.integers(1, 20)))
        reached = writer.apply(shard, checkpoint, batch)
        while reached.position < batch[-1].position:  # more calls than one turn may make
            assert reached == checkpoint_of(redis, shard)
            reached = writer.apply(shard, reached, batch)
        assert reached == Checkpoint(batch[-1].position) == checkpoint_of(redis, shard)
        for zombie in data.draw(st.lists(st.sampled_from(calls.made), max_size=3)):
            assert not calls.again(zombie)
        assert_shard_equals_rule(redis, shard, log.people, log.entries)
        if reached.position == head:
            behind.remove(shard)
    for shard in generation.all_shards():
        assert_shard_equals_rule(redis, shard, log.people, log.entries)


class Crash:
    """Stands in for the connection: a call, or only its reply, is lost, or a call comes twice."""

    def __init__(self, writer: BatchWriter, fates: list[str]) -> None:
        self._real = writer._apply
        self._fates = cycle([*fates, "well"])
        writer._apply = self  # pyright: ignore[reportAttributeAccessIssue]

    def __call__(self, keys: list[str], args: list[str]) -> object:
        fate = next(self._fates)
        if fate == "call lost":
            raise RedisConnectionError(fate)
        answer = self._real(keys=keys, args=args)
        if fate == "reply lost":
            raise RedisConnectionError(fate)
        if fate == "sent twice":
            assert cast("tuple[int, int, int]", self._real(keys=keys, args=args))[0] == 0
        return answer


@on_one_server
@given(
    log=histories,
    generation=shapes,
    budget=budgets,
    fates=st.lists(st.sampled_from(["well", "call lost", "reply lost", "sent twice"]), max_size=12),
)
def test_a_crash_before_or_after_any_call_even_inside_an_event_changes_nothing(
    redis: Redis, log: LogBuilder, generation: Generation, budget: int, fates: list[str]
) -> None:
    redis.flushall()
    writer = BatchWriter(redis, PROJECTION, budget=budget)
    Crash(writer, fates)
    head = log.entries[-1].position
    for shard in generation.all_shards():
        while (checkpoint := checkpoint_of(redis, shard)).position < head:
            try:
                writer.apply(shard, checkpoint, after(log.entries, checkpoint.position, 10))
            except RedisConnectionError:
                continue
        assert_shard_equals_rule(redis, shard, log.people, log.entries)


@on_one_server
@given(log=histories, window=st.integers(1, 5))
def test_no_window_is_shorter_than_it_may_be(redis: Redis, log: LogBuilder, window: int) -> None:
    """A horizon rises only to the newest post that did not fit, or, with a follow, to the
    followee's own horizon: what a window could know, it knows."""
    redis.flushall()
    shard = Generation(HOME_FEED, 1, shards=1, window=window).shard(0)
    writer = BatchWriter(redis, PROJECTION)
    now = feed_windows(redis, shard, log.people)
    for entry in log.entries:
        before = now
        writer.apply(shard, Checkpoint(entry.prev), [entry])
        now = feed_windows(redis, shard, log.people)
        for person in log.people:
            match entry.body:
                case Followed(follower=follower, followee=followee) if follower == person:
                    theirs = author_windows(redis, shard, [followee])[followee]
                    assert now[person] == merged(before[person], theirs, window)
                case Published() if now[person] != before[person]:
                    posted = Window(0, [entry.position])
                    assert now[person] == merged(before[person], posted, window)
                case _:
                    assert now[person].horizon == before[person].horizon
