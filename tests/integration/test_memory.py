"""What read models cost in Redis: keys, horizons and every overhead of the server included."""

import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from redis import Redis

from domain.codec import CODEC
from domain.events import EventBody, Followed, Published
from projections.batch_writer import BatchWriter
from projections.home_feed.apply import PROJECTION as HOME_FEED
from projections.home_feed.keys import FEEDS
from projections.log.entry import Entry
from projections.profiles.apply import PROJECTION as PROFILES
from projections.projection import Projection
from projections.shards import Checkpoint, Generation
from tests.waiting import until

AT = datetime(2026, 1, 1, tzinfo=UTC)

ENTRY_BYTES_MAX = 8.0
EDGE_BYTES_MAX = 20.0
"""The home feed keeps followers for deliveries, and followees for when a feed has to be merged."""

FAR_DOWN_THE_LOG = 20_000_000
"""Positions as a grown system has them: they take four bytes."""

FOLLOWS_PER_PERSON = 30


def log_of(bodies: Iterable[EventBody]) -> list[Entry]:
    """These events far down the log, a few positions apart."""
    entries: list[Entry] = []
    for number, body in enumerate(bodies):
        position = FAR_DOWN_THE_LOG + 7 * number
        prev = entries[-1].position if entries else 0
        state = CODEC.encode(body)
        entries.append(Entry(position, prev, UUID(int=position), body.TOPIC, state))
    return entries


def apply(redis: Redis, projection: Projection, shards: int, entries: Sequence[Entry]) -> None:
    """Applies the entries to every shard."""
    writer = BatchWriter(redis, projection)
    for shard in Generation(projection.name, 1, shards, window=500).all_shards():
        checkpoint = Checkpoint()
        for start in range(0, len(entries), 1_000):
            batch = entries[start : start + 1_000]
            while checkpoint.position < batch[-1].position:
                checkpoint = writer.apply(shard, checkpoint, batch)


def settled_bytes(redis: Redis) -> int:
    """The server's used memory, once buffers of past calls are given back."""
    seen: list[int] = []

    def settled() -> bool:
        seen.append(redis.info("memory")["used_memory"])
        return len(seen) > 20 and len(set(seen[-20:])) == 1

    until(settled, "used memory stands still")
    return seen[-1]


def test_an_entry_of_a_full_feed_costs_at_most_eight_bytes(redis: Redis) -> None:
    author, readers, window = 2, range(4, 804, 2), 500
    follows = [Followed(at=AT, follower=reader, followee=author) for reader in readers]
    longest = window + window // 8  # with all that fell off and is not cut off yet
    posts = [Published(at=AT, author=author, text="x")] * longest
    entries = log_of([*follows, *posts])
    apply(redis, HOME_FEED, 1, entries[: len(follows)])
    before = settled_bytes(redis)
    redis.execute_command("FLUSHALL", "SYNC")
    apply(redis, HOME_FEED, 1, entries)
    tag = Generation(HOME_FEED.name, 1, 1, window).shard(0).tag
    assert {redis.llen(f"{tag}{FEEDS}{reader}") for reader in readers} == {longest}
    per_entry = (settled_bytes(redis) - before) / (len(readers) * window)
    print(f"\n{per_entry:.2f} bytes a feed entry")
    assert per_entry <= ENTRY_BYTES_MAX


def test_a_follow_edge_of_a_long_tailed_graph_costs_at_most_twenty_bytes(redis: Redis) -> None:
    people = 5_000
    seed = random.Random(7)
    numbers = [2 * n for n in range(1, people + 1)]
    fame = [1 / (rank + 10) ** 0.8 for rank in range(people)]
    whom = seed.choices(numbers, fame, k=people * FOLLOWS_PER_PERSON)
    edges = {(seed.choice(numbers), followee) for followee in whom}
    follows = [Followed(at=AT, follower=a, followee=b) for a, b in sorted(edges) if a != b]
    entries = log_of(follows)
    costs: dict[str, float] = {}
    for projection in (HOME_FEED, PROFILES):
        redis.execute_command("FLUSHALL", "SYNC")
        empty = settled_bytes(redis)
        apply(redis, projection, 4, entries)
        costs[projection.name] = (settled_bytes(redis) - empty) / len(follows)
    print(f"\nbytes a follow edge: {costs} (profiles keep both directions)")
    assert costs[HOME_FEED.name] <= EDGE_BYTES_MAX
    assert costs[PROFILES.name] <= EDGE_BYTES_MAX
