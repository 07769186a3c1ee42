"""Pages as they are sent, kept as bytes: posts to be joined, and pages that are asked for again."""

from collections.abc import Sequence
from dataclasses import dataclass

from cachetools import LRUCache

from query_api.items import feed_item
from query_api.paging import next_cursor
from query_api.read_models import ReadModels
from query_api.validators import tag_of

ITEMS_KEPT_MAX = 50_000
PAGES_KEPT_MAX = 2_000
"""A page of 20 posts has about 6 KB. Who looks for news mostly finds the page that was there."""


@dataclass(frozen=True, slots=True)
class WrittenPage:
    """All that an answer says besides how new it is. `cursor`: of the page that follows."""

    said: bytes
    tag: str
    cursor: str | None


class WrittenPages:
    """Posts and pages, written down once. What they are made of never changes within a history."""

    def __init__(self, models: ReadModels) -> None:
        self._models = models
        self._forget()
        models.watch.history.on_change(self._forget)

    def page(self, numbers: list[int], *, more: bool) -> WrittenPage | None:
        """The page of these posts; None if one of them cannot be told from what is known here."""
        key = (*numbers, more)
        page = self._pages.get(key)
        if page is None and (items := self._items_of(numbers)) is not None:
            page = self._pages[key] = _written(items, next_cursor(numbers, more))
        return page

    async def learn(self, numbers: Sequence[int]) -> None:
        """Asks the read models for what is not known here yet of these posts. Raises RedisError,
        ProjectionUnavailable.
        """
        unknown = [number for number in numbers if self._models.bodies.known(number) is None]
        if unknown:
            await self._models.bodies.get(unknown)
        bodies = map(self._models.bodies.known, numbers)
        authors = [body.author for body in bodies if body is not None]
        strangers = [each for each in authors if self._models.people.known(each) is None]
        if strangers:
            await self._models.people.get(strangers)

    def _items_of(self, numbers: Sequence[int]) -> list[bytes] | None:
        items: list[bytes] = []
        for number in numbers:
            item = self._items.get(number) or self._write(number)
            if item is None:
                return None
            items.append(item)
        return items

    def _write(self, number: int) -> bytes | None:
        body = self._models.bodies.known(number)
        profile = body and self._models.people.known(body.author)
        if body is None or profile is None:
            return None
        item = feed_item(number, body, profile)
        if item is None:
            return None
        written = self._items[number] = item.model_dump_json().encode()
        return written

    def _forget(self) -> None:
        self._items: LRUCache[int, bytes] = LRUCache(ITEMS_KEPT_MAX)
        self._pages: LRUCache[tuple[int, ...], WrittenPage] = LRUCache(PAGES_KEPT_MAX)


def _written(items: Sequence[bytes], cursor: str | None) -> WrittenPage:
    following = b"null" if cursor is None else b'"%b"' % cursor.encode()
    said = b'{"items":[%b],"next":%b' % (b",".join(items), following)
    return WrittenPage(said, tag_of(said + b",,}"), cursor)
