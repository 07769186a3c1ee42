"""From post numbers to what a person reads: bodies and authors put in their places.

The three read models move on their own. A body that its shard has not reached yet is left out, and
so is whatever is newer: the answer then claims less, and shows one moment. A body that is gone
although its shard is past it was deleted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from projections.posts.keys import StoredPost
from projections.profiles.keys import StoredProfile
from projections.relational.rows import PostRow
from query_api.bodies import Author, FeedItem
from query_api.cache import FactCache
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
        feed_item(number, body, people[body.author])
        for number in numbers
        if number <= as_of and (body := bodies.get(number)) and body.author in people
    ]
    return Hydrated(items, as_of)


async def hydrate_people(
    models: ReadModels, numbers: Sequence[int], as_of: int
) -> tuple[list[Author], int]:
    """The people with these numbers, likewise, and the position the answer may claim."""
    people, as_of = await _facts(models.people, models.profiles, numbers, as_of)
    return [author(people[number]) for number in numbers if number in people], as_of


def feed_item(number: int, body: StoredPost, profile: StoredProfile) -> FeedItem:
    """A post as it is sent."""
    return FeedItem(
        id=body.id,
        author=author(profile),
        text=body.text,
        created_at=body.created_at,
        position=number,
    )


def feed_item_of_row(row: PostRow) -> FeedItem:
    """A post from Postgres as it is sent."""
    who = Author(id=row.author_id, handle=row.handle, display_name=row.display_name)
    return FeedItem(
        id=row.id, author=who, text=row.text, created_at=row.created_at, position=row.number
    )


def author(profile: StoredProfile) -> Author:
    """A person as they are sent."""
    return Author(id=profile.id, handle=profile.handle, display_name=profile.display_name)


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
