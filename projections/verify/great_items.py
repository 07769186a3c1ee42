"""Items that say who is great in a shard."""

from collections.abc import Iterator, Sequence
from typing import Any

from projections.home_feed.keys import GREAT
from projections.packed import pack
from projections.shards import Shard
from projections.verify.errors import CannotTell
from projections.verify.findings import What
from projections.verify.greatness import GreatAuthors
from projections.verify.items import WRONG_TYPE, Flaw, Look, Verdict, Write
from projections.verify.truth import Numbers


class Great:
    """The great authors of a shard, each with the position since which they are great."""

    name = "great author"
    hash: str | None = GREAT

    def __init__(self, great: GreatAuthors) -> None:
        self._great = great

    def owners(self, shard: Shard) -> Numbers:
        """Everyone who was ever great here: of all others nothing stands here."""
        return self._great.ever_great(shard)

    def owners_of(self, keys: Sequence[bytes]) -> list[int | None]:
        """All of them stand in one hash."""
        return [None] * len(keys)

    def reads(self, shard: Shard, owners: Sequence[int]) -> Iterator[bytes]:
        """Since when they are great."""
        yield pack(("HMGET", f"{shard.tag}{GREAT}", *owners))

    def doubtful(self, shard: Shard, looks: Sequence[Look]) -> Sequence[Look]:  # noqa: ARG002
        """All of them."""
        return looks

    def judge(
        self, shard: Shard, owners: Sequence[int], answers: list[Any], position: int
    ) -> list[Verdict]:
        """Great or not, and since when."""
        [found] = answers
        if found is WRONG_TYPE:
            raise CannotTell(f"{shard.tag}{GREAT} is no hash: delete it, and repair")
        return [
            _verdict(owner, live, right)
            for owner, live in zip(owners, found, strict=True)
            if live != (right := self._right(shard, owner, position))
        ]

    def _right(self, shard: Shard, owner: int, position: int) -> bytes | None:
        since = self._great.great_since(shard, owner, position)
        return b"%d" % since if since else None


def _verdict(owner: int, live: bytes | None, right: bytes | None) -> Verdict:
    if right is None:
        return Verdict(owner, [Flaw(What.EXTRA)], [("HDEL", GREAT, (owner,))])
    what = What.MISSING if live is None else What.CHANGED
    shown = "" if live is None else live.decode(errors="replace")
    write: Write = ("HSET", GREAT, (owner, right))
    return Verdict(owner, [Flaw(what, live=shown, right=right.decode())], [write])
