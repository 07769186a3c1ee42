"""Posts as they are sent, kept as bytes: a page is only joined then."""

from collections.abc import Sequence

from cachetools import LRUCache

from query_api.items import feed_item
from query_api.read_models import ReadModels

ITEMS_KEPT_MAX = 50_000


class WrittenItems:
    """Posts by number, written down once. What they are made of never changes within a history."""

    def __init__(self, models: ReadModels) -> None:
        self._models = models
        self._forget()
        models.watch.history.on_change(self._forget)

    def page(self, numbers: Sequence[int]) -> list[bytes] | None:
        """The posts in their order; None if one of them cannot be told from what is known here."""
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
        item = self._items[number] = feed_item(number, body, profile).model_dump_json().encode()
        return item

    def _forget(self) -> None:
        self._items: LRUCache[int, bytes] = LRUCache(ITEMS_KEPT_MAX)
