"""Items that are facts by number, and numbers by public id: posts and profiles."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import numpy as np

from projections.numbered_keys import fact_key
from projections.packed import pack
from projections.placement import indices_of
from projections.posts.keys import StoredPost
from projections.profiles.keys import StoredProfile
from projections.shards import Shard
from projections.verify.findings import What
from projections.verify.identities import Identities
from projections.verify.items import Flaw, Look, Verdict, Write
from projections.verify.lists import owners_in, people_of
from projections.verify.truth import Numbers, Truth

Fact = StoredPost | StoredProfile
Row = tuple[int, UUID, datetime, int, str, str, str, bool, bytes | None, str | None]
"""number, id, at, author, text, handle, display name, whether these are sealed, the key of a
person, and why there is none"""


class Visible:
    """Posts or people: their numbers, and from when to when each is there."""

    def __init__(self, truth: Truth, *, posts: bool) -> None:
        self._truth = truth
        self._posts = posts

    @property
    def numbers(self) -> Numbers:
        """Every number there ever was, ascending."""
        return self._truth.post if self._posts else self._truth.people

    def as_of(self, wanted: Numbers, position: int) -> list[bool]:
        """Which of these are there as of a position."""
        if not len(self.numbers):
            return [False] * len(wanted)
        at = np.minimum(np.searchsorted(self.numbers, wanted), len(self.numbers) - 1)
        there = (self.numbers[at] == wanted) & (wanted <= position)
        end = self._truth.deleted if self._posts else self._truth.erased
        there &= end[at] > position
        return there.tolist()


class Facts:
    """Bodies of posts, or profiles."""

    hash: str | None = None

    def __init__(
        self,
        name: str,
        visible: Visible,
        identities: Identities,
        kind: type[Fact],
        fact_of: Callable[[Row], Fact | None],
    ) -> None:
        self.name = name
        self._visible = visible
        self._identities = identities
        self._decoder = msgspec.json.Decoder(kind)
        self._encode = msgspec.json.Encoder().encode
        self._fact_of = fact_of

    def owners(self, shard: Shard) -> Numbers:
        """Everything whose number falls into the shard."""
        return people_of(shard, self._visible.numbers)

    def owners_of(self, keys: Sequence[bytes]) -> list[int | None]:
        """The numbers of the facts that these keys hold."""
        return owners_in(keys, "p:")

    def reads(self, shard: Shard, owners: Sequence[int]) -> Iterator[bytes]:
        """The facts."""
        yield pack(("MGET", *(fact_key(shard, owner) for owner in owners)))

    def doubtful(self, shard: Shard, looks: Sequence[Look]) -> Sequence[Look]:  # noqa: ARG002
        """All of them."""
        return looks

    def judge(
        self, shard: Shard, owners: Sequence[int], answers: list[Any], position: int
    ) -> list[Verdict]:
        """Present or not, and every field."""
        numbers = np.array(owners, np.int64)
        facts = self._identities.facts(owners)
        here = (indices_of(shard.generation, numbers) == shard.index).tolist()
        visible = self._visible.as_of(numbers, position)
        verdicts: list[Verdict] = []
        for owner, live, is_here, is_visible in zip(owners, answers[0], here, visible, strict=True):
            fact = self._fact_of(facts[owner]) if is_here and is_visible else None
            if is_here and is_visible and fact is None:
                continue  # erased, where this shard has not come yet: it may be there or not
            right = None if fact is None else self._encode(fact)
            # The same fact may be written down in another way: only its fields count.
            if live != right and (live is None or fact is None or self._decoded(live) != fact):
                verdicts.append(_verdict(owner, f"p:{owner}", live, right))
        return verdicts

    def _decoded(self, live: bytes) -> Fact | None:
        try:
            return self._decoder.decode(live)
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

    def owners_of(self, keys: Sequence[bytes]) -> list[int | None]:
        """The numbers of whose ids these keys are; None for an id that nothing ever had."""
        return self._identities.numbers_of(
            [key[2:] if key.startswith(b"i:") else b"" for key in keys]
        )

    def reads(self, shard: Shard, owners: Sequence[int]) -> Iterator[bytes]:
        """The numbers that stand behind these owners' ids."""
        tag = shard.tag.encode()
        yield pack(("MGET", *(tag + key for key in self._keys(owners))))

    def doubtful(self, shard: Shard, looks: Sequence[Look]) -> Sequence[Look]:  # noqa: ARG002
        """All of them."""
        return looks

    def judge(
        self, shard: Shard, owners: Sequence[int], answers: list[Any], position: int
    ) -> list[Verdict]:
        """Present or not, and the right number."""
        numbers = np.array(owners, np.int64)
        here = self._identities.shard_indices(numbers, shard.generation) == shard.index
        visible = self._visible.as_of(numbers, position)
        right = [
            b"%d" % owner if is_here and is_visible else None
            for owner, is_here, is_visible in zip(owners, here.tolist(), visible, strict=True)
        ]
        if answers[0] == right:
            return []
        wrong = [
            (owner, key, live, value)
            for owner, key, live, value in zip(
                owners, self._keys(owners), answers[0], right, strict=True
            )
            if live != value
        ]
        facts = self._identities.facts([owner for owner, *_ in wrong])
        return [
            _verdict(owner, key, live, value)
            for owner, key, live, value in wrong
            # Erased, where this shard has not come yet: it may be there or not.
            if value is None or not _is_lost(facts[owner])
        ]

    def _keys(self, owners: Sequence[int]) -> list[bytes]:
        return [b"i:" + public_id for public_id in self._identities.ids_of(owners)]


def post_of(row: Row) -> StoredPost:
    """A post as its publishing says."""
    _, public_id, at, author, text, _, _, is_sealed, _, _ = row
    return StoredPost(public_id, author, text, at, is_sealed)


def profile_of(row: Row) -> StoredProfile | None:
    """A person as their registration says; None if the key to it is destroyed."""
    _, public_id, at, _, _, handle, display_name, _, key, _ = row
    if _is_lost(row):
        return None
    return StoredProfile(public_id, handle, display_name, at, key or b"")


def _is_lost(row: Row) -> bool:
    return row[-1] is not None


def _verdict(owner: int, key: str | bytes, live: bytes | None, right: bytes | None) -> Verdict:
    what = What.EXTRA if right is None else What.MISSING if live is None else What.CHANGED
    write: Write = ("DEL", key, ()) if right is None else ("SET", key, (right,))
    return Verdict(owner, [Flaw(what)], [write])
