"""Plays a history against a running system, phase by phase, and breaks things on the way."""

import asyncio
import itertools
import random
import signal
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from http import HTTPStatus

from rich.progress import Progress

from edge.metrics import percentiles_ms
from launcher.demo.client import Client, Person, Refused
from launcher.demo.crowd import READ_EVERY_SECONDS, Onlooker, all_of
from launcher.demo.history import Happening, RecordedHistory
from launcher.demo.proof import Proof
from launcher.demo.report import Report
from launcher.errors import LaunchError
from launcher.system import System

DELETE_EVERY = 50
UNFOLLOW_EVERY = 20
PROPAGATION_SAMPLES = 300
WAIT_SECONDS_MAX = 60.0


class Player:
    """One performance. `report` fills up while it plays; `prove` rebuilds and verifies it all."""

    def __init__(
        self,
        client: Client,
        system: System,
        history: RecordedHistory,
        progress: Progress,
        prove: Callable[[], Proof],
    ) -> None:
        self._client = client
        self._system = system
        self._history = history
        self._progress = progress
        self._prove = prove
        acts = len(history.people) + len(history.follows) + len(history.happenings)
        self._bar = progress.add_task("registering", total=acts)
        self._random = random.Random(1)  # noqa: S311 - who looks, no secret
        self._propagations: list[float] = []
        self.people: dict[str, Person] = {}
        self.report = Report(people=len(history.people))

    async def play(self) -> None:
        """From registration to the last post; every feed has caught up at the end."""
        started = time.monotonic()
        await self._register()
        await self._follow()
        self.report.commands_per_second = self._acts_done() / (time.monotonic() - started)
        parts = _split(self._history.happenings, (25, 20, 15, 15, 15, 10))
        await self._in_calm(parts[0])
        await self._rebuilding(parts[1])
        await self._without_projectors(parts[2])
        await self._killing("projector-1", parts[3])
        await self._killing("relay", parts[4])
        await self._restarting_valkey(parts[5])

    async def _register(self) -> None:
        async def register(handle: str) -> None:
            self.people[handle] = await self._client.register(handle, self._history.people[handle])
            self._progress.advance(self._bar)

        await all_of(partial(register, handle) for handle in self._history.people)

    async def _follow(self) -> None:
        self._progress.update(self._bar, description="following")

        async def follow(number: int, pair: tuple[str, str]) -> None:
            await self._follow_one(*pair)
            if number % UNFOLLOW_EVERY == 0:
                follower, followee = (self.people[handle] for handle in pair)
                await self._client.follow(follower, followee, following=False)
                self.report.unfollows += 1

        await all_of(partial(follow, n, pair) for n, pair in enumerate(self._history.follows, 1))

    async def _in_calm(self, happenings: Sequence[Happening]) -> None:
        async with self._phase("all is well"):
            await self._happen(happenings, samples=PROPAGATION_SAMPLES)
            await self._until_visible()
        measured = percentiles_ms(self._propagations)
        self.report.propagation_samples = len(self._propagations)
        self.report.propagation_ms_p50 = measured["p50"] or 0.0
        self.report.propagation_ms_p99 = measured["p99"] or 0.0

    async def _rebuilding(self, happenings: Sequence[Happening]) -> None:
        async with self._phase("all is rebuilt and verified"):
            proving = asyncio.create_task(asyncio.to_thread(self._prove))
            await self._happen(happenings)
            self.report.proof = await proving
            await self._until_visible()

    async def _without_projectors(self, happenings: Sequence[Happening]) -> None:
        projectors, supervisor = self._system.projectors, self._system.supervisor
        async with self._phase("every projector is stopped"):
            for name in projectors:
                supervisor.want(name, running=False)
            await _until(lambda: not any(supervisor.is_running(name) for name in projectors))
            await self._happen(happenings)
            stale = await self._client.feed(next(iter(self.people.values())))
            self.report.catch_up_events = stale.lag_events
            if stale.lag_events == 0:
                raise LaunchError("every projector is stopped, and yet a feed claims to be fresh")
        async with self._phase("they run again"):
            started = time.perf_counter()
            for name in projectors:
                supervisor.want(name, running=True)
            while await self._client.lag_events() > 0:
                _give_up_after(started, "the projectors have not caught up")
                await asyncio.sleep(READ_EVERY_SECONDS)
            self.report.catch_up_seconds = time.perf_counter() - started
            await self._until_visible()

    async def _killing(self, name: str, happenings: Sequence[Happening]) -> None:
        async with self._phase(f"{name} is killed"):
            kill = partial(self._system.supervisor.send, name, signal.SIGKILL)
            await self._happen(happenings, meanwhile={len(happenings) // 2: kill})
            await self._until_visible()

    async def _restarting_valkey(self, happenings: Sequence[Happening]) -> None:
        supervisor = self._system.supervisor
        async with self._phase("Valkey is restarted"):
            third = len(happenings) // 3
            stop = partial(supervisor.want, "valkey", running=False)
            start = partial(supervisor.want, "valkey", running=True)
            await self._happen(happenings, meanwhile={third: stop, 2 * third: start})
            await self._until_visible()

    @asynccontextmanager
    async def _phase(self, name: str) -> AsyncGenerator[None]:
        self._progress.update(self._bar, description=name)
        async with Onlooker(self._client, list(self.people.values())).watching() as reads:
            self.report.reads[name] = reads
            yield

    async def _happen(
        self,
        happenings: Sequence[Happening],
        *,
        samples: int = 0,
        meanwhile: Mapping[int, Callable[[], object]] | None = None,
    ) -> None:
        """Plays them, many at once; `meanwhile` is done when so many have begun, in mid-traffic."""
        every = max(1, len(happenings) // samples) if samples else 0

        async def happen(number: int, one: Happening) -> None:
            if meanwhile and number in meanwhile:
                meanwhile[number]()
            if one.type == "follow":
                await self._follow_one(one.follower, one.followee)
            else:
                await self._post(one, watched=every > 0 and number % every == 0)

        await all_of(partial(happen, number, one) for number, one in enumerate(happenings))

    async def _follow_one(self, follower: str, followee: str) -> None:
        await self._client.follow(self.people[follower], self.people[followee])
        self.report.follows += 1
        self._progress.advance(self._bar)

    async def _post(self, one: Happening, *, watched: bool) -> None:
        self.report.posts += 1
        number = self.report.posts
        text = one.text or f"{one.author} writes post number {number} of this tide 🌊"
        author = self.people[one.author]
        post_id, position = await self._client.publish(author, text)
        self._progress.advance(self._bar)
        if watched:
            await self._measure_propagation(one.author, position)
        if number % DELETE_EVERY == 0:
            await self._client.delete(author, post_id)
            self.report.deletes += 1

    async def _measure_propagation(self, author: str, position: int) -> None:
        """From the answer to the author until one of the followers can see it."""
        answered = time.perf_counter()
        followers = [a for a, b in self._history.follows if b == author] or [author]
        reader = self.people[self._random.choice(followers)]
        while (await self._client.feed(reader, limit=1)).as_of < position:
            _give_up_after(answered, f"position {position} is not visible")
        self._propagations.append(time.perf_counter() - answered)

    async def _until_visible(self) -> None:
        """Waits until every feed shows everything that was written so far."""
        position, started = self._client.position, time.perf_counter()
        behind = list(self.people.values())
        while behind:
            try:
                if (await self._client.feed(behind[-1], limit=1)).as_of >= position:
                    behind.pop()
                    continue
            except Refused as error:
                if error.status != HTTPStatus.SERVICE_UNAVAILABLE:
                    raise
            _give_up_after(started, f"position {position} is not visible everywhere")
            await asyncio.sleep(READ_EVERY_SECONDS)

    def _acts_done(self) -> int:
        return self.report.people + self.report.follows + self.report.unfollows


def _split(happenings: Sequence[Happening], percents: Sequence[int]) -> list[Sequence[Happening]]:
    assert sum(percents) == 100, "the parts make a whole"  # noqa: PLR2004
    bounds = [len(happenings) * sum(percents[:n]) // 100 for n in range(len(percents) + 1)]
    return [happenings[start:end] for start, end in itertools.pairwise(bounds)]


async def _until(condition: Callable[[], bool]) -> None:
    started = time.perf_counter()
    while not condition():
        _give_up_after(started, "a process did not do as it was asked")
        await asyncio.sleep(READ_EVERY_SECONDS)


def _give_up_after(started: float, what: str) -> None:
    if time.perf_counter() - started > WAIT_SECONDS_MAX:
        raise LaunchError(f"{what} after {WAIT_SECONDS_MAX:.0f} s")
