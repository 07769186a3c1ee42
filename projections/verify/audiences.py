"""Items that say to whom an author's posts are delivered, and how many followers are cold."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from projections.home_feed.keys import COLD_FOLLOWERS, FOLLOWERS, WARMTH
from projections.packed import pack
from projections.shards import Shard
from projections.verify.errors import CannotTell
from projections.verify.findings import What
from projections.verify.follows import Follows
from projections.verify.items import WRONG_TYPE, Flaw, Look, Verdict, Write, flaws_of_list, rewrite
from projections.verify.joined import joined_lists, wrong_lists
from projections.verify.lists import owners_in
from projections.verify.rows import NO_NUMBER, numbers_in, read_rows
from projections.verify.truth import Numbers, Truth
from projections.verify.warmth import COLD, Warmth


class Audiences:
    """The followers of everybody among a shard's people: the warm ones by name, in the order in
    which they came, the cold ones by number."""

    name = "audience"
    hash: str | None = COLD_FOLLOWERS

    def __init__(self, truth: Truth, follows: Follows, warmth: Warmth) -> None:
        self._truth = truth
        self._follows = follows
        self._warmth = warmth

    def owners(self, shard: Shard) -> Numbers:
        """Everybody has followers in every shard."""
        del shard
        return self._truth.people

    def owners_of(self, keys: Sequence[bytes]) -> list[int | None]:
        """Whose followers these keys hold."""
        return owners_in(keys, FOLLOWERS)

    def reads(self, shard: Shard, owners: Sequence[int]) -> Iterator[bytes]:
        """The lists; how many are cold; whether anybody ever was, and at which turn that was."""
        for owner in owners:
            yield pack(("LRANGE", f"{shard.tag}{FOLLOWERS}{owner}", 0, -1))
        yield pack(("HMGET", f"{shard.tag}{COLD_FOLLOWERS}", *owners))
        yield pack(("HLEN", f"{shard.tag}{WARMTH}"))
        yield pack(("HGET", shard.checkpoint_key, "turns"))

    def doubtful(self, shard: Shard, looks: Sequence[Look]) -> Sequence[Look]:  # noqa: ARG002
        """All of them."""
        return looks

    def judge(
        self, shard: Shard, owners: Sequence[int], answers: list[Any], position: int
    ) -> list[Verdict]:
        """Members and their order, and the number, exactly. Raises WarmthMoved, CannotTell."""
        *lists, cold, turned, turns = answers
        if cold is WRONG_TYPE:
            raise CannotTell(f"{shard.tag}{COLD_FOLLOWERS} is no hash: delete it, and repair")
        owner, member, came = self._follows.audience(shard, np.array(owners, np.int64), position)
        if turned:
            people, index = np.unique(member, return_inverse=True)
            came = np.maximum(came, self._warmth.since(shard, people, int(turns or 0))[index])
        is_cold = came == COLD
        warm = ~is_cold
        right, when = joined_lists(owner[warm], member[warm], came[warm], len(owners))
        right_counts = np.bincount(owner[is_cold], minlength=len(owners))
        counts = numbers_in([count or b"0" for count in cold])
        flaws: dict[int, list[Flaw]] = {}
        writes: dict[int, list[Write]] = {}
        for at, found, wanted in wrong_lists(read_rows(lists), right, when):
            flaws[at] = flaws_of_list(found, wanted)
            writes[at] = list(rewrite(f"{FOLLOWERS}{owners[at]}", wanted))
        for at in np.flatnonzero(counts != right_counts).tolist():
            flaws.setdefault(at, []).append(_miscounted(int(counts[at]), int(right_counts[at])))
            writes.setdefault(at, []).append(_count(owners[at], int(right_counts[at])))
        return [Verdict(owners[at], flaws[at], writes[at]) for at in sorted(flaws)]


def _miscounted(live: int, right: int) -> Flaw:
    shown = "rubbish" if live == NO_NUMBER else f"{live} cold"
    return Flaw(What.CHANGED, live=shown, right=f"{right} cold")


def _count(owner: int, right: int) -> Write:
    if right:
        return "HSET", COLD_FOLLOWERS, (owner, right)
    return "HDEL", COLD_FOLLOWERS, (owner,)
