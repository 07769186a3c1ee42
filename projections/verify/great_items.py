"""Items that say who is great in a shard, and for whom."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from projections.home_feed.keys import GREAT, GREAT_FOLLOWEES
from projections.packed import pack
from projections.shards import Shard
from projections.verify.errors import CannotTell
from projections.verify.findings import What
from projections.verify.greatness import GreatAuthors
from projections.verify.items import WRONG_TYPE, Flaw, Look, Verdict, Write, flaws_of_list, rewrite
from projections.verify.joined import joined_lists, wrong_lists
from projections.verify.lists import owners_in, people_of
from projections.verify.rows import read_rows
from projections.verify.truth import Numbers
from projections.verify.warmth import COLD, reads_warmth, since_in


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


class GreatFollowees:
    """The great authors whom each person follows whose feed is not cold, in the order in which
    that began, or in which the feed was built again."""

    name = "great followees"
    hash: str | None = None

    def __init__(self, great: GreatAuthors) -> None:
        self._great = great

    def owners(self, shard: Shard) -> Numbers:
        """Everyone who ever followed somebody who was great."""
        return people_of(shard, self._great.followers_ever())

    def owners_of(self, keys: Sequence[bytes]) -> list[int | None]:
        """Whose great followees these keys hold."""
        return owners_in(keys, GREAT_FOLLOWEES)

    def reads(self, shard: Shard, owners: Sequence[int]) -> Iterator[bytes]:
        """The lists, and who is cold."""
        for owner in owners:
            yield pack(("LRANGE", f"{shard.tag}{GREAT_FOLLOWEES}{owner}", 0, -1))
        yield reads_warmth(shard, owners)

    def doubtful(self, shard: Shard, looks: Sequence[Look]) -> Sequence[Look]:  # noqa: ARG002
        """All of them."""
        return looks

    def judge(
        self, shard: Shard, owners: Sequence[int], answers: list[Any], position: int
    ) -> list[Verdict]:
        """Members and their order, exactly."""
        *lists, warmth = answers
        since = since_in(warmth, shard)
        people = np.array(owners, np.int64)
        owner, author, began = self._great.followees(shard, people, position)
        came = np.maximum(began, since[owner])
        warm = came != COLD
        right, when = joined_lists(owner[warm], author[warm], came[warm], len(owners))
        return [
            Verdict(
                owners[at],
                flaws_of_list(found, wanted),
                list(rewrite(f"{GREAT_FOLLOWEES}{owners[at]}", wanted)),
            )
            for at, found, wanted in wrong_lists(read_rows(lists), right, when)
        ]


def _verdict(owner: int, live: bytes | None, right: bytes | None) -> Verdict:
    if right is None:
        return Verdict(owner, [Flaw(What.EXTRA)], [("HDEL", GREAT, (owner,))])
    what = What.MISSING if live is None else What.CHANGED
    shown = "" if live is None else live.decode(errors="replace")
    write: Write = ("HSET", GREAT, (owner, right))
    return Verdict(owner, [Flaw(what, live=shown, right=right.decode())], [write])
