"""What each kind of key of the home feed takes: followers by edge, windows by entry."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from redis import Redis

from launcher.scale.writing import GoOn
from projections.generations import Generations
from projections.home_feed.keys import AUTHOR_WINDOWS, FEEDS, FOLLOWERS, HOME_FEED
from projections.progress import Progress

KEYS_AT_ONCE = 2_000

KINDS = {FEEDS: "feeds", AUTHOR_WINDOWS: "authors' windows", FOLLOWERS: "followers"}


@dataclass(slots=True)
class Kind:
    """Keys of one kind: how many, their entries together, and the bytes of all, keys included."""

    keys: int = 0
    entries: int = 0
    bytes: int = 0

    @property
    def bytes_per_entry(self) -> float:
        """An entry's share of keys, lists and the server's overheads."""
        return self.bytes / self.entries if self.entries else 0.0


def kinds_of_home_feed(redis: Redis, progress: Progress, go_on: GoOn) -> dict[str, Kind]:
    """By what they are; every key is asked. `go_on` raises to end it."""
    [active] = Generations(redis).active([HOME_FEED])
    kinds = {name: Kind() for name in KINDS.values()}
    progress.begin("weighing keys", redis.dbsize())
    seen = 0
    for keys in _keys(redis, active.number):
        go_on()
        _add(redis, keys, kinds)
        seen += len(keys)
        progress.at(seen, f"{seen:,} keys")
    return kinds


def _keys(redis: Redis, number: int) -> Iterator[list[bytes]]:
    cursor, pattern = 0, f"{{{HOME_FEED}:{number}:*"
    while True:
        cursor, found = redis.scan(cursor, pattern, KEYS_AT_ONCE)
        yield cast("list[bytes]", found)
        if cursor == 0:
            return


def _add(redis: Redis, keys: list[bytes], kinds: dict[str, Kind]) -> None:
    chosen = [(key, name) for key in keys if (name := _kind(key)) is not None]
    with redis.pipeline(transaction=False) as pipe:
        for key, _ in chosen:
            pipe.llen(key.decode())
            pipe.memory_usage(key.decode(), samples=0)
        answers = cast("list[int | None]", pipe.execute())
    for (_, name), entries, size in zip(chosen, answers[::2], answers[1::2], strict=True):
        kind = kinds[name]
        kind.keys += 1
        kind.entries += entries or 0
        kind.bytes += size or 0


def _kind(key: bytes) -> str | None:
    behind_tag = key.decode().rpartition("}")[2]
    return next((name for prefix, name in KINDS.items() if behind_tag.startswith(prefix)), None)
