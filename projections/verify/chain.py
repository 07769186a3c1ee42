"""Whether the log in the stream is the log in the store: entry for entry, counted and hashed.

The hash runs on from entry to entry, so that one sum stands for the whole of both logs.
"""

import hashlib
from dataclasses import dataclass, field, replace

from projections.log.entry import Entry
from projections.log.errors import MalformedEntry
from projections.log.store import Store
from projections.log.stream import Stream
from projections.verify.errors import CannotTell

ENTRIES_AT_ONCE = 1_000
TRIES_MAX = 5


@dataclass(slots=True)
class Chain:
    """What was compared: from the first position to the last, so many entries, this hash.

    `broken`: positions at which stream and store do not say the same.
    """

    first: int = 0
    last: int = 0
    entries: int = 0
    hash: str = ""
    broken: list[int] = field(default_factory=list[int])


def compare_chain(stream: Stream, store: Store) -> Chain:
    """Follows the stream from its first entry to its last. Raises StoreUnreachable, CannotTell."""
    for _ in range(TRIES_MAX):
        try:
            if (chain := _follow(stream, store)) is not None:
                return chain
        except MalformedEntry as error:
            return Chain(error.position, error.position, 1, "", [error.position])
    raise CannotTell("the stream is trimmed faster than it can be read; try again")


def _follow(stream: Stream, store: Store) -> Chain | None:
    """The comparison; None if the relay trimmed what was about to be read."""
    chain = Chain()
    in_stream, in_store = hashlib.blake2b(digest_size=16), hashlib.blake2b(digest_size=16)
    end = stream.last_position()
    entries = stream.read_after(0, ENTRIES_AT_ONCE)
    while entries and chain.last < end:
        if not chain.entries:
            _begin(chain, entries[0], store)
        elif entries[0].prev != chain.last and stream.read_after(0, 1) == entries[:1]:
            return None
        expected = store.read_up_to(chain.last, entries[-1].position)
        in_stream.update(_bytes_of(entries))
        in_store.update(_bytes_of(expected))
        chain.broken += _differences(entries, expected)
        chain.last = entries[-1].position
        chain.entries += len(entries)
        entries = stream.read_after(chain.last, ENTRIES_AT_ONCE)
    if chain.entries and chain.last < end:
        # Trimming takes from the front: while an entry stands there, those at the end should.
        if not any(entry.position <= chain.last for entry in stream.read_after(0, 1)):
            return None
        lost = store.read_up_to(chain.last, end)
        in_store.update(_bytes_of(lost))
        chain.broken += _differences([], lost)
    chain.hash = in_stream.hexdigest()
    if in_stream.digest() != in_store.digest():
        assert chain.broken, "the sums differ, so an entry does"
    return chain


def _begin(chain: Chain, first: Entry, store: Store) -> None:
    """Nothing before the stream's first entry says whether its prev is right."""
    chain.first, chain.last = first.position, first.prev
    if chain.last and not store.read_up_to(chain.last - 1, chain.last):
        chain.broken.append(chain.first)


def _differences(entries: list[Entry], expected: list[Entry]) -> list[int]:
    here, there = _by_position(entries), _by_position(expected)
    return sorted(p for p in here.keys() | there.keys() if here.get(p) != there.get(p))


def _by_position(entries: list[Entry]) -> dict[int, list[Entry]]:
    """An entry can stand in a stream twice, under ids that begin with the same position."""
    found: dict[int, list[Entry]] = {}
    for entry in entries:
        # What goes with an event in the one and not in the other is no part of it.
        plain = replace(entry, key=b"", traceparent="")
        found.setdefault(entry.position, []).append(plain)
    return found


def _bytes_of(entries: list[Entry]) -> bytes:
    return b"".join(
        b"%d %d %d " % (entry.position, entry.prev, len(entry.state))
        + entry.originator_id.bytes + entry.topic.encode() + b" " + entry.state
        for entry in entries
    )  # fmt: skip
