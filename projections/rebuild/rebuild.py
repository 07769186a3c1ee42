"""A rebuild in Redis: a new generation is loaded in bulk, brought up to date, verified, and only
then read by anybody.

Until the switch nobody but this process feeds it, so whatever ends this process early leaves the
active generation as it was, and a generation that is marked as being built: the next rebuild
removes it.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from redis import Redis
from redis.exceptions import RedisError

from projections.catalogue import PROJECTIONS
from projections.generations import Generations
from projections.history.events import Event, copy_events
from projections.history.loader import Loader
from projections.log.store import Store
from projections.progress import Progress
from projections.rebuild.catch_up import CatchUp
from projections.rebuild.rebuilt import Rebuilt
from projections.rebuild.switching import switch
from projections.shards import Generation, State
from projections.verify.findings import Findings
from projections.verify.identities import Identities
from projections.verify.inspection import Inspection, Sample
from projections.verify.truth import Truth

EVENTS_BETWEEN_WORDS = 10_000


@dataclass(frozen=True, slots=True)
class Servers:
    """Where history is and where the projections are."""

    database_url: str
    redis: Redis


class Rebuild:
    """Of one projection. The caller holds the lock on its generations."""

    def __init__(
        self, servers: Servers, store: Store, active: Generation, progress: Progress
    ) -> None:
        self._servers = servers
        self._store = store
        self._active = active
        self._progress = progress
        self._generations = Generations(servers.redis)

    def run(self, *, shards: int, window: int, activate: bool) -> Rebuilt:
        """Builds, verifies and switches. If verification fails, it does not switch.

        Raises StoreUnreachable, UnreadableEvent, CannotTell, NotSwitched, RedisError; nothing of
        the new generation is left then.
        """
        self._remove_unfinished()
        new = self._generations.announce(self._active.projection, shards=shards, window=window)
        rebuilt = Rebuilt(new.projection, new.number)
        try:
            with ThreadPoolExecutor(1, "truth") as beside:
                # History as verification sees it takes Postgres some time: it can begin at once.
                truth = beside.submit(Truth, self._servers.database_url)
                with rebuilt.timed("load"):
                    self._load(new, rebuilt)
                self._take_over(new, rebuilt, truth.result, activate=activate)
        except BaseException:
            # Ctrl-C included. What cannot be removed now is removed by the next rebuild.
            with contextlib.suppress(RedisError):
                self._generations.drop(new, lambda _: None)
            raise
        return rebuilt

    def activate(self, resting: Generation) -> Rebuilt:
        """Brings a resting generation up to date, verifies it, and switches to it, likewise.

        Raises StoreUnreachable, UnreadableEvent, CannotTell, NotSwitched, RedisError; it goes on
        resting then.
        """
        rebuilt = Rebuilt(resting.projection, resting.number)
        self._generations.wake(resting)
        try:
            self._take_over(
                resting, rebuilt, lambda: Truth(self._servers.database_url), activate=True
            )
        except BaseException:
            with contextlib.suppress(RedisError):
                self._generations.rest(resting)
            raise
        return rebuilt

    def _take_over(
        self, new: Generation, rebuilt: Rebuilt, truth: Callable[[], Truth], *, activate: bool
    ) -> None:
        with rebuilt.timed("catch up"):
            self._progress.begin("catching up", None)
            rebuilt.events += CatchUp(self._servers.redis, self._store, new).to_the_head()
        with rebuilt.timed("verify"):
            self._progress.begin("verifying", None)
            rebuilt.findings = self._verify(new, truth())
        if rebuilt.findings.different or not activate:
            self._generations.rest(new)
            return
        with rebuilt.timed("switch"):
            self._progress.begin("switching", None)
            switch(self._servers.redis, self._store, self._active, new)
        rebuilt.switched = True

    def _load(self, new: Generation, rebuilt: Rebuilt) -> None:
        head = self._store.head()
        [projection] = [one for one in PROJECTIONS if one.name == new.projection]

        with Loader(self._servers.redis) as loader:
            events = self._counted(copy_events(self._servers.database_url, 0, head), rebuilt, head)
            projection.build(new, events, loader)
        self._generations.finish(new, rebuilt.position)

    def _counted(self, events: Iterable[Event], rebuilt: Rebuilt, head: int) -> Iterator[Event]:
        self._progress.begin("reading and loading", head)
        for event in events:
            rebuilt.events += 1
            rebuilt.position = event.position
            if rebuilt.events % EVENTS_BETWEEN_WORDS == 0:
                self._progress.at(event.position, f"{rebuilt.events:,} events")
            yield event
        self._progress.at(head, f"{rebuilt.events:,} events")

    def _verify(self, new: Generation, truth: Truth) -> Findings:
        def compared(items: int) -> None:
            self._progress.at(items, f"{items:,} items")

        identities = Identities(self._servers.database_url, truth)
        try:
            return Inspection(
                self._servers.redis, new, truth, identities, progress=compared
            ).inspect(Sample())
        finally:
            identities.close()

    def _remove_unfinished(self) -> None:
        for listed in self._generations.listed(self._active.projection):
            if listed.state == State.BUILDING:
                self._progress.begin(f"removing {listed.generation.number}, unfinished", None)
                self._generations.drop(listed.generation, self._progress.at)
