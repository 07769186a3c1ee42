"""Random but legal histories, as the log would carry them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import strategies as st

from domain.codec import CODEC
from domain.events import (
    Deleted,
    Erased,
    EventBody,
    Followed,
    HandleClaimed,
    Published,
    Registered,
    Unfollowed,
)
from projections.log.entry import Entry

AT = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Wish:
    """Something somebody might do; it happens if it is possible then."""

    what: str
    who: int
    whom: int
    hole: int


wishes = st.builds(
    Wish,
    what=st.sampled_from(["publish"] * 8 + ["follow"] * 6 + ["unfollow", "delete"] * 2 + ["erase"]),
    who=st.integers(0, 5),
    whom=st.integers(0, 5),
    hole=st.sampled_from([0, 0, 0, 1, 7]),
)


class LogBuilder:
    """Writes a legal log: positions have holes, each entry names the one before it."""

    def __init__(self, people: int) -> None:
        self.entries: list[Entry] = []
        self._position = 0
        self._following: list[tuple[int, int]] = []
        self._visible: list[tuple[int, int, UUID]] = []
        self.people = [self._register(number) for number in range(people)]
        """Everybody, also who is erased by now."""
        self.erased = set[int]()

    def add(self, wish: Wish) -> None:
        """Lets the wish happen, if it can."""
        who = self.people[wish.who % len(self.people)]
        whom = self.people[wish.whom % len(self.people)]
        self._position += wish.hole
        if self.erased & {who, whom}:
            return
        if wish.what == "publish":
            self._publish(who)
        elif wish.what == "delete":
            self._delete(wish.whom)
        elif wish.what == "unfollow":
            self._unfollow(wish.who + 6 * wish.whom)
        elif wish.what == "claim":
            self._claim(who)
        elif wish.what == "register":
            self.people.append(self._register(len(self.people)))
        elif wish.what == "erase":
            self._erase(who)
        elif who != whom:
            self._follow(who, whom)

    def _register(self, number: int) -> int:
        return self._append(Registered(at=AT, handle=f"person_{number}", display_name="x"))

    def _claim(self, person: int) -> None:
        """An event that says nothing to any projection."""
        self._append(HandleClaimed(at=AT, handle=f"h_{person}", person_id=UUID(int=person)))

    def _publish(self, author: int) -> None:
        position = self._append(Published(at=AT, author=author, text=f"{self._position} 🌊"))
        self._visible.append((position, author, self.entries[-1].originator_id))

    def _delete(self, which: int) -> None:
        if self._visible:
            post, author, public_id = self._visible.pop(-1 - which % len(self._visible))
            self._append(Deleted(at=AT, post=post, author=author), public_id)

    def _follow(self, follower: int, followee: int) -> None:
        if (follower, followee) not in self._following:
            self._following.append((follower, followee))
            pair = _pair(follower, followee)
            self._append(Followed(at=AT, follower=follower, followee=followee), pair)

    def _unfollow(self, which: int) -> None:
        if self._following:
            follower, followee = self._following.pop(which % len(self._following))
            pair = _pair(follower, followee)
            self._append(Unfollowed(at=AT, follower=follower, followee=followee), pair)

    def _erase(self, person: int) -> None:
        """The person is gone, and then all that is left of them ends."""
        [registered] = [entry for entry in self.entries if entry.position == person]
        self._append(Erased(at=AT, person=person), registered.originator_id)
        self.erased.add(person)
        for post, author, public_id in [one for one in self._visible if one[1] == person]:
            self._visible.remove((post, author, public_id))
            self._append(Deleted(at=AT, post=post, author=author), public_id)
        for pair in [pair for pair in self._following if person in pair]:
            self._unfollow(self._following.index(pair))

    def _append(self, body: EventBody, public_id: UUID | None = None) -> int:
        prev, self._position = (
            self.entries[-1].position if self.entries else 0,
            self._position + 1,
        )
        entry = Entry(
            position=self._position,
            prev=prev,
            originator_id=public_id or UUID(int=self._position * 0x1_0001),
            topic=body.TOPIC,
            state=CODEC.encode(body),
        )
        self.entries.append(entry)
        return entry.position


def _pair(follower: int, followee: int) -> UUID:
    """The aggregate that stands for a pair, in this direction."""
    return UUID(int=(1 << 96) | (follower << 32) | followee)


def history(people: int, wanted: Iterable[Wish]) -> LogBuilder:
    """The log of these wishes."""
    log = LogBuilder(people)
    for wish in wanted:
        log.add(wish)
    return log


histories = st.builds(
    history, people=st.integers(2, 6), wanted=st.lists(wishes, min_size=20, max_size=120)
)


def up_to(entries: list[Entry], position: int) -> list[tuple[int, EventBody]]:
    """The log up to a position, as the feed rule takes it."""
    return [(entry.position, entry.body) for entry in entries if entry.position <= position]
