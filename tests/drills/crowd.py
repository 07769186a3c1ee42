"""The people of a drill: how they come to be, and what they find in the end."""

import asyncio
import random
from collections import Counter

import httpx

from tests.drills.client import ANSWER_SECONDS_MAX, Client, Patience
from tests.drills.person import Person
from tests.drills.record import Record, now
from tests.drills.write import State, Write

PEOPLE = 12
FOLLOWED_AT_FIRST = 4
POSTS_AT_FIRST = 3

SETTLE_SECONDS_MAX = 45.0
LOOK_EVERY_SECONDS = 0.1

CONNECTIONS_MAX = 256


class Crowd:
    """Their clients share one pool of connections, as clients behind one gateway would."""

    def __init__(
        self,
        gateway: str,
        record: Record,
        name: str,
        rng: random.Random,
        client: type[Client] = Client,
    ) -> None:
        self._http = httpx.AsyncClient(
            base_url=gateway,
            timeout=ANSWER_SECONDS_MAX,
            limits=httpx.Limits(max_connections=CONNECTIONS_MAX),
        )
        self.name = name
        self.patience = Patience()
        self.people = [
            Person(client(self._http, record, self.patience), record, f"{name}_{n}")
            for n in range(PEOPLE)
        ]
        self._rng = rng

    @property
    def writes(self) -> list[Write]:
        """Everything that anybody asked for."""
        return [write for person in self.people for write in person.writes]

    async def set_up(self) -> None:
        """They register, follow some of each other, and post a little."""
        self.patience.until = now() + SETTLE_SECONDS_MAX
        await asyncio.gather(*(person.register() for person in self.people))
        await asyncio.gather(*(self._settle_in(person) for person in self.people))
        assert all(write.state is State.DONE for write in self.writes), "all was well until now"
        self.patience.until = float("inf")

    async def _settle_in(self, person: Person) -> None:
        others = [other for other in self.people if other is not person]
        for other in self._rng.sample(others, FOLLOWED_AT_FIRST):
            await person.turn(other.id)
        for number in range(POSTS_AT_FIRST):
            await person.publish(f"{person.handle} before {number}")

    async def settle(self) -> None:
        """Asks what became of what was queued, until everything is done or refused."""
        until = now() + SETTLE_SECONDS_MAX
        while now() < until:
            waiting = [
                (person, write)
                for person in self.people
                for write in person.writes
                if write.state is State.QUEUED
            ]
            if not waiting:
                return
            for person, write in waiting:
                await person.ask_what_became_of(write)
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def feeds_that_differ(self) -> list[str]:
        """Whose feed, all pages of it, is not what their and others' own writes make it."""
        standing = {person.id: _standing_texts(person) for person in self.people}
        differing: list[str] = []
        until = now() + SETTLE_SECONDS_MAX
        for person in self.people:
            followed = [other for other in standing if person.follows(other)]
            right = Counter(standing[person.id])
            for other in followed:
                right += standing[other]
            shown = await self._whole_feed(person, until)
            if shown is None:
                differing.append(f"{person.handle}: cannot be read")
            elif shown != right:
                differing.append(
                    f"{person.handle}: missing {sorted((right - shown).elements())}, "
                    f"extra {sorted((shown - right).elements())}"
                )
        return differing

    async def close(self) -> None:
        """Lets go of the connections."""
        await self._http.aclose()

    async def _whole_feed(self, person: Person, until: float) -> Counter[str] | None:
        while True:
            texts, cursor = Counter[str](), None
            while True:
                page = await person.read_feed(cursor)
                if page is None:
                    break
                texts.update(item["text"] for item in page["items"])
                cursor = page["next"]
                if cursor is None:
                    return texts
            if now() > until:
                return None
            await asyncio.sleep(LOOK_EVERY_SECONDS)


def _standing_texts(person: Person) -> Counter[str]:
    deleted = {post for post, write in person.deletions.items() if write.acknowledged}
    return Counter(
        write.effect[1]
        for post, write in person.posts.items()
        if write.acknowledged and post not in deleted
    )
