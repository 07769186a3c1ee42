"""Items that are facts by number, and numbers by public id: posts and profiles."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import numpy as np
from redis.client import Pipeline

from projections.numbered_keys import fact_key, id_key
from projections.posts.keys import StoredPost
from projections.profiles.keys import StoredProfile
from projections.shards import Shard
from projections.verify.findings import What
from projections.verify.identities import Identities
from projections.verify.items import Flaw, Verdict, Write
from projections.verify.lists import owner_in, people_of
from projections.verify.truth import Numbers, Truth

Fact = StoredPost | StoredProfile
Row = tuple[int, UUID, datetime, int, str, str, str]
"""number, id, at, author, text, handle, display name"""


class Visible:
    """Posts or people: their numbers, and from when to when each is there."""

    def __init__(self, truth: Truth, *, posts: bool) -> None:
        self._truth = truth
        self._posts = posts

    @property
    def numbers(self) -> Numbers:
        """Every number there ever was, ascending."""
        return self._truth.post if self._posts else self._truth.people

    def as_of(self, number: int, position: int) -> bool:
        """Whether it is there as of a position."""
        at = int(np.searchsorted(self.numbers, number))
        if number > position or at == len(self.numbers) or self.numbers[at] != number:
            return False
        return not self._posts or bool(self._truth.deleted[at] > position)


class Facts:
    """Bodies of posts, or profiles."""

    hash: str | None = None

    def __init__(
        self,
        name: str,
        visible: Visible,
        identities: Identities,
        kind: type[Fact],
        fact_of: Callable[[Row], Fact],
    ) -> None:
        self.name = name
        self._visible = visible
        self._identities = identities
        self._decoder = msgspec.json.Decoder(kind)
        self._fact_of = fact_of

    def owners(self, shard: Shard) -> Numbers:
        """Everything whose number falls into the shard."""
        return people_of(shard, self._visible.numbers)

    def owner_of(self, key: bytes) -> int | None:
        """The number of the fact that this key holds."""
        return owner_in(key, "p:")

    def read(self, pipe: Pipeline, shard: Shard, owners: Sequence[int]) -> None:
        """The facts."""
        pipe.mget([fact_key(shard, owner) for owner in owners])

    def judge(
        self, shard: Shard, owners: Sequence[int], answers: list[Any], position: int
    ) -> list[Verdict]:
        """Present or not, and every field."""
        facts = self._identities.facts(owners)
        verdicts: list[Verdict] = []
        for owner, live in zip(owners, answers[0], strict=True):
            belongs = shard.generation.index_of(owner) == shard.index
            right: Fact | None = None
            if belongs and self._visible.as_of(owner, position):
                right = self._fact_of(facts[owner])
            if self._decoded(live) != right or (live is None) != (right is None):
                verdicts.append(_verdict(owner, f"p:{owner}", live, _encoded(right)))
        return verdicts

    def _decoded(self, live: bytes | None) -> Fact | None:
        try:
            return None if live is None else self._decoder.decode(live)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return None


class Ids:
    """The numbers behind public ids."""

    hash: str | None = None

    def __init__(self, visible: Visible, identities: Identities) -> None:
        self.name = "id"
        self._visible = visible
        self._identities = identities

    def owners(self, shard: Shard) -> Numbers:
        """Everything whose public id falls into the shard."""
        numbers = self._visible.numbers
        return numbers[self._identities.shard_indices(numbers, shard.generation) == shard.index]

    def owner_of(self, key: bytes) -> int | None:
        """The number of whose id this key is; None if nothing ever had it."""
        return self._identities.number_of(key[2:]) if key.startswith(b"i:") else None

    def read(self, pipe: Pipeline, shard: Shard, owners: Sequence[int]) -> None:
        """The numbers that stand behind these owners' ids."""
        pipe.mget([id_key(shard, self._identities.id_of(owner)) for owner in owners])

    def judge(
        self, shard: Shard, owners: Sequence[int], answers: list[Any], position: int
    ) -> list[Verdict]:
        """Present or not, and the right number."""
        verdicts: list[Verdict] = []
        for owner, live in zip(owners, answers[0], strict=True):
            public_id = self._identities.id_of(owner)
            belongs = shard.generation.shard_of_id(public_id) == shard
            right = b"%d" % owner if belongs and self._visible.as_of(owner, position) else None
            if live != right:
                verdicts.append(_verdict(owner, b"i:" + public_id.bytes, live, right))
        return verdicts


def post_of(row: Row) -> StoredPost:
    """A post as its publishing says."""
    _, public_id, at, author, text, _, _ = row
    return StoredPost(public_id, author, text, at)


def profile_of(row: Row) -> StoredProfile:
    """A person as their registration says."""
    _, public_id, at, _, _, handle, display_name = row
    return StoredProfile(public_id, handle, display_name, at)


def _encoded(fact: Fact | None) -> bytes | None:
    return None if fact is None else msgspec.json.encode(fact)


def _verdict(owner: int, key: str | bytes, live: bytes | None, right: bytes | None) -> Verdict:
    what = What.EXTRA if right is None else What.MISSING if live is None else What.CHANGED
    write: Write = ("DEL", key, ()) if right is None else ("SET", key, (right,))
    return Verdict(owner, [Flaw(what)], [write])
