"""Items that say whose feed is cold, and as of when a feed was built again."""

from collections.abc import Iterator, Sequence
from typing import Any, cast

from projections.home_feed.keys import WARMTH
from projections.shards import Shard
from projections.verify.findings import What
from projections.verify.items import Flaw, Look, Verdict, Write, number_in
from projections.verify.lists import people_of
from projections.verify.truth import Numbers, Truth
from projections.verify.warmth import reads_warmth, since_in

COUNTS_AS_A_TURN: Write = ("HINCRBY", "checkpoint", ("turns", 1))
"""What somebody has compared by what the shard said before is not written any more."""


class WarmthItems:
    """What the shard says of each person: it has to be something that can be."""

    name = "warmth"
    hash: str | None = WARMTH

    def __init__(self, truth: Truth) -> None:
        self._truth = truth

    def owners(self, shard: Shard) -> Numbers:
        """The people whose feeds stand here."""
        return people_of(shard, self._truth.people)

    def owners_of(self, keys: Sequence[bytes]) -> list[int | None]:
        """All of them stand in one hash."""
        return [None] * len(keys)

    def reads(self, shard: Shard, owners: Sequence[int]) -> Iterator[bytes]:
        """What it says."""
        yield reads_warmth(shard, owners)

    def doubtful(self, shard: Shard, looks: Sequence[Look]) -> Sequence[Look]:  # noqa: ARG002
        """All of them."""
        return looks

    def judge(
        self, shard: Shard, owners: Sequence[int], answers: list[Any], position: int
    ) -> list[Verdict]:
        """Nothing, cold, or a position up to here, of who is at home here; nothing else can be.

        Whose feed it really is then is not known: it is taken for one that never was cold.
        """
        [found] = answers
        since_in(found, shard)
        people = set(self.owners(shard).tolist()) if shard.generation.can_cool else set[int]()
        return [
            Verdict(
                owner,
                [Flaw(What.EXTRA, live=value.decode(errors="replace"), right="nothing")],
                [("HDEL", WARMTH, (owner,)), COUNTS_AS_A_TURN],
            )
            for owner, value in zip(owners, cast("list[bytes | None]", found), strict=True)
            if value is not None and not (owner in people and _can_be(value, position))
        ]


def _can_be(value: bytes, position: int) -> bool:
    number = number_in(value)
    return number is not None and number <= position
