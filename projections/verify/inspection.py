"""Compares one generation with history, shard by shard, while everything runs."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import cast

import numpy as np
from redis import Redis
from redis.exceptions import ResponseError

from projections.shards import FOREVER, Generation, Shard
from projections.verify.errors import CannotTell
from projections.verify.findings import Difference, Findings, What
from projections.verify.identities import Identities
from projections.verify.items import ItemKind, Look, Verdict, number_in
from projections.verify.kinds import kinds_of
from projections.verify.looking import (
    LOOK_AGAIN_SECONDS,
    STAND_STILL_SECONDS_MAX,
    Looking,
    Question,
)
from projections.verify.mending import Mending
from projections.verify.strays import inspect_strays
from projections.verify.truth import Numbers, Truth
from projections.verify.warmth import WarmthMoved

Progress = Callable[[int], object]
"""Told how many items have been compared so far."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Which part of the items to compare: each with probability `rate`, the same for a seed."""

    rate: float = 1.0
    seed: int = 0

    def of(self, owners: Numbers) -> Numbers:
        """Those that are in the sample."""
        if self.rate >= 1.0:
            return owners
        chosen = random.Random(self.seed).sample(  # noqa: S311 - nothing depends on its secrecy
            range(len(owners)), round(len(owners) * self.rate + 0.5) if len(owners) else 0
        )
        return owners[np.sort(np.array(chosen, np.int64))]


class Inspection:
    """Of one generation. All methods raise CannotTell."""

    def __init__(
        self,
        redis: Redis,
        generation: Generation,
        truth: Truth,
        identities: Identities,
        *,
        repair: bool = False,
        progress: Progress = lambda _: None,
    ) -> None:
        self._redis = redis
        self._generation = generation
        self._truth = truth
        self._kinds = kinds_of(generation, truth, identities, redis)
        self._mending = Mending(redis) if repair else None
        self._progress = progress
        self._checked = 0
        self._looking = Looking(redis)
        self._astray: set[Shard] = set()
        self._reached: dict[Shard, int] = {}
        self.findings = Findings(generation.projection, generation.number)

    def inspect(self, sample: Sample) -> Findings:
        """Compares every item of the sample; without one, keys that should not exist as well."""
        self._truth.advance()  # a shard may stand before something of which it holds the outcome
        with self._looking:
            for shard in self._generation.all_shards():
                if not self._inspect_checkpoint(shard):
                    self._astray.add(shard)
                for kind in self._kinds:
                    self.inspect_items(kind, shard, sample.of(kind.owners(shard)))
            if sample.rate >= 1.0:
                inspect_strays(self, self._redis, self._generation, self._kinds)
        return self.findings

    def inspect_items(self, kind: ItemKind, shard: Shard, owners: Numbers) -> None:
        """Compares these owners' items, and mends them if that is wanted.

        Not in a shard of which nobody knows where it stands: that is a difference by itself.
        """
        if shard in self._astray:
            return
        for looks in self._looking.ahead(kind, shard, owners):
            self._reach(shard, {look.position for look in looks})
            for _, of_one_position in groupby(looks, lambda look: look.position):
                self._compare(kind, shard, list(of_one_position))

    def _reach(self, shard: Shard, positions: set[int]) -> None:
        """Once for each position that the shard is found at: by then it had left out whatever it
        did on its way there."""
        if positions != {self._reached.get(shard)}:
            self._truth.reach(max(positions))
            self._reached[shard] = max(positions)

    def _compare(self, kind: ItemKind, shard: Shard, looks: Sequence[Look]) -> None:
        if doubtful := kind.doubtful(shard, looks):
            self._truth.reach(looks[0].position)  # so that nothing of it is old news
        for look in looks:
            is_doubtful = any(look is one for one in doubtful)
            self._judge(kind, shard, look, is_doubtful=is_doubtful)

    def _judge(self, kind: ItemKind, shard: Shard, look: Look, *, is_doubtful: bool) -> None:
        verdicts: list[Verdict] = []
        if is_doubtful:
            look, verdicts = self._judged(kind, shard, look)
        self.findings.compared(kind.name, len(look.owners), len(verdicts), look.position)
        self.findings.add(_differences(kind, shard, verdicts, look.position))
        if verdicts and self._mending is not None:
            self._mend(kind, shard, [verdict.owner for verdict in verdicts])
        self._checked += len(look.owners)
        self._progress(self._checked)

    def _judged(self, kind: ItemKind, shard: Shard, look: Look) -> tuple[Look, list[Verdict]]:
        """What is wrong, as of this look or, where feeds went cold or warm since, a later one."""
        deadline = time.monotonic() + STAND_STILL_SECONDS_MAX
        while True:
            try:
                return look, kind.judge(shard, look.owners, look.answers, look.position)
            except WarmthMoved:
                if time.monotonic() > deadline:
                    raise CannotTell(f"feeds of {shard} go cold and warm all the time") from None
            look = self._looking.look(Question(kind, shard, look.owners))
            self._truth.reach(look.position)

    def _inspect_checkpoint(self, shard: Shard) -> bool:
        """Whether the shard's checkpoint is right, or has been put right.

        It has to name a position of the log, be inside an event only if one follows, and not be
        held for ever.
        """
        try:
            found = cast(
                "list[bytes | None]",
                self._redis.hmget(shard.checkpoint_key, "position", "place", "held_until"),
            )
        except ResponseError as error:
            raise CannotTell(
                f"{shard.checkpoint_key} is no hash: delete it, and projectors build the shard anew"
            ) from error
        if found[0] is None:
            raise CannotTell(f"{shard} has no checkpoint: projectors build it by themselves")
        [position, place, held_until] = [number_in(value or b"0") for value in found]
        if position is None or position >= self._truth.position:
            self._truth.advance()
        right = self._truth.last_up_to(position or 0)
        is_right = right == position and not (place and position == self._truth.position)
        is_right &= place is not None and held_until != FOREVER
        self.findings.compared("checkpoint", 1, int(not is_right), right)
        if is_right:
            return True
        live = " ".join((value or b"-").decode(errors="replace") for value in found)
        self.findings.add([
            Difference(
                self._generation.projection, str(shard), "checkpoint", 0, What.CHECKPOINT, right,
                live=live, right=str(right),
            )
        ])  # fmt: skip
        if self._mending is None or not self._mending.move_checkpoint(shard, found[0], right):
            return False
        self.findings.repaired += 1
        return True

    def _mend(self, kind: ItemKind, shard: Shard, owners: list[int]) -> None:
        assert self._mending is not None
        deadline = time.monotonic() + STAND_STILL_SECONDS_MAX
        while time.monotonic() < deadline:
            if not self._mending.hold(shard):
                time.sleep(LOOK_AGAIN_SECONDS)
                continue
            look = self._looking.look(Question(kind, shard, owners))
            self._truth.reach(look.position)
            look, verdicts = self._judged(kind, shard, look)
            writes = [write for verdict in verdicts for write in verdict.writes]
            if self._mending.write(shard, look.position, look.turns, writes):
                self.findings.repaired += len(verdicts)
                return
        raise CannotTell(f"{shard} does not hold still long enough to be mended; try again")

    def found_stray_key(self, shard: Shard, key: bytes) -> None:
        """A key that means nothing. While things run, it may be of somebody who came just now."""
        self._truth.advance()
        is_known = any(kind.owners_of([key]) != [None] for kind in self._kinds)
        if is_known and shard.index < self._generation.shards:
            return
        position = self._truth.position
        self.findings.compared("stray key", 1, 1, position)
        self.findings.add([
            Difference(
                self._generation.projection, str(shard), f"key {key!r}", 0, What.EXTRA, position
            )
        ])  # fmt: skip
        if self._mending is not None:
            self._mending.remove(shard, key)
            self.findings.repaired += 1


def _differences(
    kind: ItemKind, shard: Shard, verdicts: list[Verdict], position: int
) -> list[Difference]:
    return [
        Difference(
            shard.generation.projection, str(shard), kind.name, verdict.owner, flaw.what,
            position, flaw.entry, flaw.live, flaw.right,
        )
        for verdict in verdicts
        for flaw in verdict.flaws
    ]  # fmt: skip
