"""Compares every feed, all pages of it, with the feed rule folded over the event store."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from domain.events import Published
from domain.feed_rule import History
from domain.sealing import TEXT, PersonKey
from launcher.demo.client import Client, Person
from launcher.demo.report import Comparison
from projections.log.entry import Entry
from projections.log.store import Store

PAGE_LIMIT = 100
BATCH_ENTRIES = 5_000
READERS_AT_ONCE = 16

Progress = Callable[[], object]


async def compare_every_feed(
    client: Client, people: list[Person], database_url: str, progress: Progress
) -> Comparison:
    """Reads and compares. To be called when nothing is written any more."""
    truth = await asyncio.to_thread(_Truth, database_url)
    comparison = Comparison()
    turns = asyncio.Semaphore(READERS_AT_ONCE)

    async def compare_one(person: Person) -> None:
        async with turns:
            items = await _whole_feed(client, person)
        truth.compare(person, items, comparison)
        progress()

    await asyncio.gather(*(compare_one(person) for person in people))
    return comparison


async def _whole_feed(client: Client, person: Person) -> list[dict[str, Any]]:
    page = await client.feed(person, limit=PAGE_LIMIT)
    items = page.items
    while page.next is not None:
        page = await client.feed(person, page.next, limit=PAGE_LIMIT)
        items += page.items
    return items


class _Truth:
    """What history says: read straight from the store, folded in plain Python."""

    def __init__(self, database_url: str) -> None:
        store = Store(database_url, application="slackwater demo")
        entries: list[Entry] = []
        while batch := store.read_after(entries[-1].position if entries else 0, BATCH_ENTRIES):
            entries += batch
        store.close()
        self._history = History((entry.position, entry.body) for entry in entries)
        self._numbers = {str(entry.originator_id): entry.position for entry in reversed(entries)}
        keys = {entry.position: PersonKey(entry.key) for entry in entries if entry.key}
        self._posts = {
            entry.position: (str(entry.originator_id), _text_of(entry, entry.body, keys))
            for entry in entries
            if isinstance(entry.body, Published)
        }
        self._ids = {number: public_id for public_id, number in self._numbers.items()}

    def compare(self, person: Person, items: list[dict[str, Any]], comparison: Comparison) -> None:
        """Position, id, author and text of every entry, from the newest to the very first."""
        rule = self._history.feed(self._numbers[person.id])
        expected = [self._expected_item(number) for number in rule]
        found = [
            (item["position"], item["id"], item["author"]["id"], item["text"]) for item in items
        ]
        comparison.feeds += 1
        comparison.entries += len(expected)
        if found == expected:
            comparison.equal += 1
        else:
            comparison.differences.append(_difference(person, found, expected))

    def _expected_item(self, number: int) -> tuple[int, str, str, str]:
        post_id, text = self._posts[number]
        return number, post_id, self._ids[self._history.authors[number]], text


def _text_of(entry: Entry, body: Published, keys: Mapping[int, PersonKey]) -> str:
    if not body.is_sealed:
        return body.text
    return keys[body.author].open(body.text, TEXT, entry.originator_id)


def _difference(person: Person, found: list[Any], expected: list[Any]) -> str:
    missing = [entry[0] for entry in expected if entry not in found]
    extra = [entry[0] for entry in found if entry not in expected]
    kind = f"missing {missing[:5]}, extra {extra[:5]}" if missing or extra else "misordered"
    return f"feed of {person.id}: {len(found)} entries, {len(expected)} expected; {kind}"
