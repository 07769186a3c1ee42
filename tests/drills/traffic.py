"""Steady mixed traffic: so many requests a second, whether or not earlier ones are answered."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from itertools import count

from tests.drills.crowd import SETTLE_SECONDS_MAX, Crowd
from tests.drills.person import Person
from tests.drills.record import now

WRITES_SHARE = 0.3
IN_FLIGHT_MAX = 200
"""What does not fit is not asked for: clients wait for their answers at some time."""

Action = Callable[[Person], Coroutine[object, object, object]]


class Traffic:
    """`rate` may be changed while it flows."""

    def __init__(self, crowd: Crowd, rng: random.Random, rate: float) -> None:
        self.rate = rate
        self._crowd = crowd
        self._rng = rng
        self._wanted = True
        self._numbers = count(1)
        self._reads: list[tuple[int, Action]] = [
            (6, self._read_feed),
            (2, self._read_on),
            (2, lambda person: person.read_own_page(f"/users/{person.id}/posts")),
            (1, Person.read_following),
            (2, self._read_profile),
            (2, self._read_post),
        ]
        self._writes: list[tuple[int, Action]] = [
            (5, self._publish),
            (2, self._delete),
            (4, self._turn),
            (1, self._register),
        ]

    async def flow(self) -> None:
        """Until `stop`; returns when everything is answered or given up."""
        under_way: set[asyncio.Task[object]] = set()
        due = now()
        while self._wanted:
            due = max(due + 1 / self.rate, now() - 1)
            await asyncio.sleep(max(0.0, due - now()))
            if len(under_way) < IN_FLIGHT_MAX:
                task = asyncio.create_task(self._one())
                under_way.add(task)
                task.add_done_callback(under_way.discard)
        self._crowd.patience.until = now() + SETTLE_SECONDS_MAX
        await asyncio.gather(*under_way)

    def stop(self) -> None:
        """No new requests; what is unclear is repeated for a while."""
        self._wanted = False

    async def _one(self) -> None:
        idle = [person for person in self._crowd.people if not person.busy]
        if idle and self._rng.random() < WRITES_SHARE:
            await self._chosen(self._writes)(self._rng.choice(idle))
        else:
            await self._chosen(self._reads)(self._rng.choice(self._crowd.people))

    def _chosen(self, actions: list[tuple[int, Action]]) -> Action:
        weights, which = zip(*actions, strict=True)
        return self._rng.choices(which, weights)[0]

    async def _read_feed(self, person: Person) -> None:
        await person.read_own_page("/feed/")

    async def _read_on(self, person: Person) -> None:
        if cursor := await person.read_own_page("/feed/"):
            await person.read_own_page("/feed/", cursor)

    async def _read_profile(self, person: Person) -> None:
        await person.read(f"/users/{self._rng.choice(self._crowd.people).id}")

    async def _read_post(self, person: Person) -> None:
        known = person.known().posts
        if not known:
            await self._read_feed(person)
        elif (post := self._rng.choice(list(known))) not in person.deletions:
            await person.read_post(post)

    async def _publish(self, person: Person) -> None:
        await person.publish(f"{person.handle} {next(self._numbers)}")

    async def _delete(self, person: Person) -> None:
        posts = person.standing_posts()
        if posts:
            await person.delete(self._rng.choice(posts))
        else:
            await self._publish(person)

    async def _turn(self, person: Person) -> None:
        others = [other for other in self._crowd.people if other is not person]
        await person.turn(self._rng.choice(others).id)

    async def _register(self, person: Person) -> None:
        await person.register_somebody(f"{self._crowd.name}_n{next(self._numbers)}")
