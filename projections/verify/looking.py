"""Reads items of a generation: some hundred at one instant, with the position they hold for."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from redis import Redis

from projections.packed import pack
from projections.shards import Shard
from projections.verify.errors import CannotTell
from projections.verify.items import ItemKind, Look
from projections.verify.truth import Numbers
from projections.whole_answers import WholeAnswers, strings_at

OWNERS_AT_ONCE = 200
LOOKS_BETWEEN_READING_ON = 10
"""So many looks are judged together, so that history is read on once for all of them."""

STAND_STILL_SECONDS_MAX = 10.0
"""How long a shard is waited for that is in the middle of an event."""

LOOK_AGAIN_SECONDS = 0.005


class Question:
    """What to read of some owners, packed: asking takes no thought, and can be done beside."""

    def __init__(self, kind: ItemKind, shard: Shard, owners: Sequence[int]) -> None:
        self.shard = shard
        self.owners = owners
        checkpoint = pack(("HMGET", shard.checkpoint_key, "position", "place", "turning", "turns"))
        self.packed = [checkpoint, *kind.reads(shard, owners)]


class Looking:
    """Use it as a context. All methods raise CannotTell and RedisError."""

    def __init__(self, redis: Redis) -> None:
        self._answers = WholeAnswers(redis)
        self._beside = ThreadPoolExecutor(1, "looking")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._beside.shutdown()
        self._answers.close()

    def ahead(self, kind: ItemKind, shard: Shard, owners: Numbers) -> Iterator[list[Look]]:
        """Looks at all of these, some at a time; while some are judged, the next are read."""
        coming: Future[list[Look]] | None = None
        at_once = OWNERS_AT_ONCE * LOOKS_BETWEEN_READING_ON
        for first in range(0, len(owners), at_once):
            every = owners[first : first + at_once]
            questions = [
                Question(kind, shard, every[at : at + OWNERS_AT_ONCE].tolist())
                for at in range(0, len(every), OWNERS_AT_ONCE)
            ]
            here, coming = coming, self._beside.submit(self._look_at_all, questions)
            if here is not None:
                yield here.result()
        if coming is not None:
            yield coming.result()

    def look(self, question: Question) -> Look:
        """At one instant, outside any event, while no feed is in the middle of going cold or
        warm."""
        shard = question.shard
        deadline = time.monotonic() + STAND_STILL_SECONDS_MAX
        while True:
            whole = self._answers.at_one_instant(question.packed)
            if (read := strings_at(whole, 0)) is None:
                raise CannotTell(f"{shard.checkpoint_key} is no hash any more: verify again")
            (position, place, turning, turns), end = read
            if position is None:
                raise CannotTell(f"{shard} has no checkpoint: projectors build it by themselves")
            if int(place or 0) == 0 and not turning:
                return Look(question.owners, int(position), int(turns or 0), whole[end:])
            if time.monotonic() > deadline:
                inside = "a feed's turn" if turning else "an event"
                raise CannotTell(f"{shard} stays in the middle of {inside}: does a projector run?")
            time.sleep(LOOK_AGAIN_SECONDS)

    def _look_at_all(self, questions: Sequence[Question]) -> list[Look]:
        return [self.look(question) for question in questions]
