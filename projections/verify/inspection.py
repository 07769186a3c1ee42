"""Compares one generation with history, shard by shard, while everything runs."""

import random
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from redis import Redis

from projections.shards import Generation, Shard
from projections.verify.errors import CannotTell
from projections.verify.findings import Difference, Findings, What
from projections.verify.identities import Identities
from projections.verify.items import ItemKind, Verdict, number_in
from projections.verify.kinds import kinds_of
from projections.verify.mending import Mending
from projections.verify.truth import Numbers, Truth

OWNERS_AT_ONCE = 200
KEYS_AT_ONCE = 10_000

STAND_STILL_SECONDS_MAX = 10.0
"""How long a shard is waited for that is in the middle of an event."""

LOOK_AGAIN_SECONDS = 0.005

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
        self._kinds = kinds_of(generation, truth, identities)
        self._mending = Mending(redis) if repair else None
        self._progress = progress
        self._checked = 0
        self.findings = Findings(generation.projection, generation.number)

    def inspect(self, sample: Sample) -> Findings:
        """Compares every item of the sample; without one, keys that should not exist as well."""
        for shard in self._generation.all_shards():
            self._inspect_checkpoint(shard)
            for kind in self._kinds:
                self._inspect(kind, shard, sample.of(kind.owners(shard)))
        if sample.rate >= 1.0:
            self._inspect_strays()
        return self.findings

    def _inspect(self, kind: ItemKind, shard: Shard, owners: Numbers) -> None:
        for at in range(0, len(owners), OWNERS_AT_ONCE):
            some = owners[at : at + OWNERS_AT_ONCE].tolist()
            position, answers = self._read(kind, shard, some)
            verdicts = kind.judge(shard, some, answers, position)
            self.findings.compared(kind.name, len(some), len(verdicts), position)
            self.findings.add(_differences(kind, shard, verdicts, position))
            if verdicts and self._mending is not None:
                self._mend(kind, shard, [verdict.owner for verdict in verdicts])
            self._checked += len(some)
            self._progress(self._checked)

    def _read(self, kind: ItemKind, shard: Shard, owners: Sequence[int]) -> tuple[int, list[Any]]:
        """These items and the position that they hold for, all at one instant."""
        deadline = time.monotonic() + STAND_STILL_SECONDS_MAX
        while True:
            with self._redis.pipeline(transaction=True) as pipe:
                pipe.hmget(shard.checkpoint_key, "position", "place")
                kind.read(pipe, shard, owners)
                (position, place), *answers = pipe.execute()
            if position is None:
                raise CannotTell(f"{shard} has no checkpoint: projectors build it by themselves")
            if int(place or 0) == 0:
                break
            if time.monotonic() > deadline:
                raise CannotTell(f"{shard} stays in the middle of an event: does a projector run?")
            time.sleep(LOOK_AGAIN_SECONDS)
        if int(position) > self._truth.position:
            self._truth.advance()
        return int(position), answers

    def _inspect_checkpoint(self, shard: Shard) -> None:
        """A checkpoint has to name a position of the log, and be inside an event only if one
        follows."""
        found = cast(
            "list[bytes | None]", self._redis.hmget(shard.checkpoint_key, "position", "place")
        )
        if found[0] is None:
            raise CannotTell(f"{shard} has no checkpoint: projectors build it by themselves")
        position, place = int(found[0]), int(found[1] or 0)
        if position >= self._truth.position:
            self._truth.advance()
        right = self._truth.last_up_to(position)
        is_right = right == position and not (place and position == self._truth.position)
        self.findings.compared("checkpoint", 1, int(not is_right), right)
        if is_right:
            return
        live = f"{position}+{place}" if place else str(position)
        self.findings.add([
            Difference(
                self._generation.projection, str(shard), "checkpoint", 0, What.CHECKPOINT, right,
                live=live, right=str(right),
            )
        ])  # fmt: skip
        if self._mending is None:
            raise CannotTell(f"{shard} says that it stands at {live}, where there is no event")
        self._mending.move_checkpoint(shard, right)
        self.findings.repaired += 1

    def _mend(self, kind: ItemKind, shard: Shard, owners: list[int]) -> None:
        assert self._mending is not None
        deadline = time.monotonic() + STAND_STILL_SECONDS_MAX
        while time.monotonic() < deadline:
            self._mending.hold(shard)
            position, answers = self._read(kind, shard, owners)
            verdicts = kind.judge(shard, owners, answers, position)
            if self._mending.write(shard, position, [w for v in verdicts for w in v.writes]):
                self.findings.repaired += len(verdicts)
                return
        raise CannotTell(f"{shard} does not hold still long enough to be mended; try again")

    def _inspect_strays(self) -> None:
        """Items that history puts nowhere, or elsewhere: found by their keys."""
        for shard in self._generation.all_shards():
            for kind in self._kinds:
                self._inspect_unexpected(kind, shard, self._owners_in_hash(kind, shard))
        waiting: dict[Shard, list[bytes]] = defaultdict(list)
        tags = {shard.tag.encode(): shard for shard in self._generation.all_shards()}
        pattern = f"{{{self._generation.projection}:{self._generation.number}:*"
        for key in self._redis.scan_iter(pattern, KEYS_AT_ONCE):
            tag, _, name = cast("bytes", key).partition(b"}")
            if (shard := tags.get(tag + b"}")) is None:
                continue
            waiting[shard].append(name)
            if len(waiting[shard]) == KEYS_AT_ONCE:
                self._inspect_keys(shard, waiting.pop(shard))
        for shard, names in waiting.items():
            self._inspect_keys(shard, names)

    def _inspect_keys(self, shard: Shard, keys: list[bytes]) -> None:
        """Keys behind the shard's tag: whose are they, and does history put them here?"""
        known = {b"checkpoint", *(kind.hash.encode() for kind in self._kinds if kind.hash)}
        rest = [key for key in keys if key not in known]
        for kind in self._kinds:
            owners = kind.owners_of(rest)
            rest = [key for key, owner in zip(rest, owners, strict=True) if owner is None]
            found = np.array([owner for owner in owners if owner is not None], np.int64)
            self._inspect_unexpected(kind, shard, found)
        for key in rest:
            self._stray_key(shard, key)

    def _inspect_unexpected(self, kind: ItemKind, shard: Shard, owners: Numbers) -> None:
        self._inspect(kind, shard, np.setdiff1d(owners, kind.owners(shard)))

    def _stray_key(self, shard: Shard, key: bytes) -> None:
        """A key that means nothing. While things run, it may be of somebody who came just now."""
        self._truth.advance()
        if any(kind.owners_of([key]) != [None] for kind in self._kinds):
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

    def _owners_in_hash(self, kind: ItemKind, shard: Shard) -> Numbers:
        if kind.hash is None:
            return np.empty(0, np.int64)
        fields = cast("list[bytes]", self._redis.hkeys(f"{shard.tag}{kind.hash}"))
        owners = [owner for field in fields if (owner := number_in(field)) is not None]
        return np.array(owners, np.int64)


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
