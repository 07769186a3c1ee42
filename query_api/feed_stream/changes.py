"""What each event of the log changes in one person's feed."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from domain.events import Deleted, Followed, Published, Unfollowed
from projections.log.entry import Entry


@dataclass(frozen=True, slots=True)
class Added:
    """A post came in."""

    position: int
    post_id: UUID
    body: Published


@dataclass(frozen=True, slots=True)
class Removed:
    """A post was deleted."""

    position: int
    post_id: UUID


@dataclass(frozen=True, slots=True)
class AuthorCame:
    """The person followed somebody: whatever that one has posted came in."""

    position: int
    author: int


@dataclass(frozen=True, slots=True)
class AuthorLeft:
    """The person unfollowed somebody: whatever that one has posted went out."""

    position: int
    author: int


Change = Added | Removed | AuthorCame | AuthorLeft


class Subscription:
    """Whose posts are in a person's feed, as of a position that goes up with `change`."""

    def __init__(self, person: int, followees: Iterable[int]) -> None:
        self._person = person
        self._authors = {person, *followees}

    @property
    def authors(self) -> frozenset[int]:
        """The person and whom they follow, by number."""
        return frozenset(self._authors)

    def change(self, entry: Entry) -> Change | None:
        """What the next event of the log changes; None if it is no concern of this feed's.

        A follow that stands changes nothing, nor does an unfollow without one: such are left where
        another event of the pair is in quarantine.

        Raises UnreadableEvent.
        """
        match entry.body:
            case Published(author=author) as body if author in self._authors:
                return Added(entry.position, entry.originator_id, body)
            case Deleted(author=author) if author in self._authors:
                return Removed(entry.position, entry.originator_id)
            case Followed(follower=self._person, followee=author) if author not in self._authors:
                self._authors.add(author)
                return AuthorCame(entry.position, author)
            case Unfollowed(follower=self._person, followee=author) if author in self._authors:
                self._authors.discard(author)
                return AuthorLeft(entry.position, author)
            case _:
                return None


def as_it_was(person: int, followees: Iterable[int], since: Iterable[Entry]) -> Subscription | None:
    """The subscription before these events, from whom the person follows after them.

    None if these do not tell it: where an event of the pair is left out, a follow may have been
    one already.
    """
    before = set(followees)
    settled: set[int] = set()
    for entry in since:
        match entry.body:
            case Followed(follower=follower, followee=author) if follower == person:
                if author not in settled:
                    if entry.is_torn:
                        return None
                    before.discard(author)
                settled.add(author)
            case Unfollowed(follower=follower, followee=author) if follower == person:
                if author not in settled:
                    if entry.is_torn:
                        return None
                    before.add(author)
                settled.add(author)
            case _:
                pass
    return Subscription(person, before)
