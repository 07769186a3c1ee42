"""From post numbers to what a person reads: bodies and authors put in their places.

The three read models move on their own. A body that its shard has not reached yet is left out, and
so is whatever is newer: the answer then claims less, and shows one moment. A body that is gone
although its shard is past it was deleted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from projections.posts.keys import StoredPost
from projections.profiles.keys import StoredProfile
from projections.relational.rows import PersonRow, PostRow
from query_api.bodies import Author, FeedItem
from query_api.cache import FactCache
from query_api.opening import opened_author, opened_text
from query_api.read_models import ReadModels

Fact = TypeVar("Fact")


class _Positions(Protocol):
    async def positions_for(self, numbers: Sequence[int]) -> dict[int, int]: ...


@dataclass(frozen=True, slots=True)
class Hydrated:
    """Items in the order of their numbers, and the position the answer may claim."""

    items: list[FeedItem]
    as_of: int


async def hydrate_posts(models: ReadModels, numbers: Sequence[int], as_of: int) -> Hydrated:
    """The posts with these numbers up to the position that may be claimed for all of them."""
    bodies, as_of = await _facts(models.bodies, models.posts, numbers, as_of)
    authors = [body.author for body in bodies.values()]
    people, as_of = await _facts(models.people, models.profiles, authors, as_of)
    items = [
        item
        for number in numbers
        if number <= as_of and (body := bodies.get(number)) and body.author in people
        if (item := feed_item(number, body, people[body.author])) is not None
    ]
    return Hydrated(items, as_of)


async def hydrate_people(
    models: ReadModels, numbers: Sequence[int], as_of: int
) -> tuple[list[Author], int]:
    """The people with these numbers, likewise, and the position the answer may claim."""
    people, as_of = await _facts(models.people, models.profiles, numbers, as_of)
    found = [author(people[number]) for number in numbers if number in people]
    return [one for one in found if one is not None], as_of


def feed_item(number: int, body: StoredPost, profile: StoredProfile) -> FeedItem | None:
    """A post as it is sent; None if it cannot be opened."""
    who = author(profile)
    text = opened_text(body.id, body.text, profile.key, is_sealed=body.is_sealed)
    if who is None or text is None:
        return None
    return FeedItem(id=body.id, author=who, text=text, created_at=body.created_at, position=number)


def feed_item_of_row(row: PostRow) -> FeedItem | None:
    """A post from Postgres as it is sent, likewise."""
    who = opened_author(row.author_id, row.handle, row.display_name, row.key)
    text = opened_text(row.id, row.text, row.key, is_sealed=row.is_sealed)
    if who is None or text is None:
        return None
    return FeedItem(
        id=row.id, author=who, text=text, created_at=row.created_at, position=row.number
    )


def feed_items_of_rows(rows: Iterable[PostRow]) -> list[FeedItem]:
    """Those of them that can be opened."""
    return [item for row in rows if (item := feed_item_of_row(row)) is not None]


def author(profile: StoredProfile) -> Author | None:
    """A person as they are sent, likewise."""
    return opened_author(profile.id, profile.handle, profile.display_name, profile.key)


def author_of_row(row: PersonRow) -> Author | None:
    """A person from Postgres as they are sent, likewise."""
    return opened_author(row.id, row.handle, row.display_name, row.key)


async def _facts(
    cache: FactCache[Fact], model: _Positions, numbers: Sequence[int], as_of: int
) -> tuple[dict[int, Fact], int]:
    found = await cache.get(numbers)
    missing = [number for number in numbers if number not in found]
    if not missing:
        return found, as_of
    reached = await model.positions_for(missing)
    # A shard that is past it: it came just now, or it was deleted.
    found |= await cache.get([number for number in missing if reached[number] >= number])
    not_yet = [number for number in missing if reached[number] < number]
    return found, min([as_of, *(number - 1 for number in not_yet)])
