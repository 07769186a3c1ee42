"""A rebuild in Redis: a new generation is loaded in bulk, brought up to date, verified, and only
then read by anybody.

Until the switch nobody but this process feeds it, so whatever ends this process early leaves the
active generation as it was, and a generation that is marked as being built: the next rebuild
removes it.
"""

import contextlib
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from redis import Redis
from redis.exceptions import RedisError

from domain.events import EventBody
from projections.catalogue import PROJECTIONS
from projections.errors import GenerationRefused
from projections.generations import Generations
from projections.greatness import Greatness
from projections.history.events import Event, read_events
from projections.history.loader import Loader
from projections.log.quarantine import Policy, Quarantine
from projections.log.store import Store
from projections.progress import Progress
from projections.rebuild.catch_up import CatchUp
from projections.rebuild.rebuilt import Rebuilt
from projections.rebuild.switching import hand_over, switch
from projections.shards import Generation, State
from projections.verify.epochs import check_same_history
from projections.verify.errors import CannotTell
from projections.verify.findings import Findings
from projections.verify.identities import Identities
from projections.verify.inspection import Inspection, Sample
from projections.verify.truth import Truth

EVENTS_BETWEEN_WORDS = 10_000


@dataclass(frozen=True, slots=True)
class Servers:
    """Where history is and where the projections are, and what to do about poison."""

    database_url: str
    redis: Redis
    poison: Policy = "stop"


class Rebuild:
    """Of one projection. The caller holds the lock on its generations, and `still_alone` raises
    if it has been lost."""

    def __init__(
        self,
        servers: Servers,
        store: Store,
        active: Generation,
        progress: Progress,
        still_alone: Callable[[], object] = lambda: None,
    ) -> None:
        self._servers = servers
        self._store = store
        self._active = active
        self._progress = progress
        self._still_alone = still_alone
        self._generations = Generations(servers.redis)
        self._quarantine = Quarantine(
            servers.database_url, servers.poison, application="slackwater rebuild"
        )

    def run(
        self, *, shards: int, window: int, activate: bool, great: Greatness | None = None
    ) -> Rebuilt:
        """Builds, verifies and switches. If verification fails, it does not switch.

        `great`: who is great in the new one; None: as in the active one.
        Raises StoreUnreachable, UnreadableEvent, CannotTell, RebuildError, GenerationRefused,
        RedisError; the active generation is as it was then, and nothing of the new one is left.
        """
        check_same_history(self._servers.redis, self._store)
        self._remove_unfinished()
        release = self._quarantine.release_number()
        new = self._generations.announce(
            self._active.projection,
            shards=shards,
            window=window,
            great=self._active.great if great is None else great,
            release=release,
        )
        rebuilt = Rebuilt(new.projection, new.number)
        with self._given_up_by(lambda: self._generations.drop(new, lambda _: None)):
            with ThreadPoolExecutor(1, "truth") as beside:
                # History as verification sees it takes Postgres some time: it can begin at once.
                truth = beside.submit(self._truth, new)
                with rebuilt.timed("load"):
                    self._load(new, rebuilt)
                self._prove(new, rebuilt, lambda: self._result_of(truth, new))
            self._take_over(new, rebuilt, activate=activate)
        return rebuilt

    def activate(self, resting: Generation) -> Rebuilt:
        """Brings a resting generation up to date, verifies it, and switches to it, likewise.

        Raises as `run` does; the generation goes on resting then.
        """
        check_same_history(self._servers.redis, self._store)
        rebuilt = Rebuilt(resting.projection, resting.number)
        with self._given_up_by(lambda: self._generations.rest(resting)):
            self._generations.wake(resting)
            self._prove(resting, rebuilt, lambda: self._truth(resting))
            self._take_over(resting, rebuilt, activate=True)
        return rebuilt

    @contextlib.contextmanager
    def _given_up_by(self, give_up: Callable[[], object]) -> Generator[None]:
        """Tidies up if something goes wrong, Ctrl-C included, and lets it go on upwards.

        What cannot be tidied up now, the next rebuild does. A generation that has become active
        meanwhile refuses to be given up.
        """
        try:
            yield
        except BaseException:  # whatever it was, it goes on upwards
            with contextlib.suppress(RedisError, GenerationRefused):
                give_up()
            raise
        finally:
            self._quarantine.close()

    def _truth(self, generation: Generation) -> Truth:
        return Truth(self._servers.database_url, generation.release)

    def _result_of(self, truth: Future[Truth], generation: Generation) -> Truth:
        try:
            return truth.result()
        except CannotTell:
            return self._truth(generation)  # what it met may have been put into quarantine since

    def _prove(self, new: Generation, rebuilt: Rebuilt, truth: Callable[[], Truth]) -> None:
        with rebuilt.timed("catch up"):
            self._progress.begin("catching up", None)
            rebuilt.events += self._catch_up(new).to_the_head()
        with rebuilt.timed("verify"):
            self._progress.begin("verifying", None)
            rebuilt.findings = self._verify(new, truth())

    def _take_over(self, new: Generation, rebuilt: Rebuilt, *, activate: bool) -> None:
        if rebuilt.different or not activate:
            self._generations.rest(new)
            return
        self._still_alone()
        check_same_history(self._servers.redis, self._store)
        with rebuilt.timed("switch"):
            self._progress.begin("switching", None)
            catch_up = self._catch_up(new)
            switch(self._generations, catch_up, self._active, new)
        rebuilt.switched = True
        hand_over(catch_up)

    def _catch_up(self, new: Generation) -> CatchUp:
        return CatchUp(self._servers.redis, self._store, self._quarantine, new)

    def _load(self, new: Generation, rebuilt: Rebuilt) -> None:
        head = self._store.head()
        [projection] = [one for one in PROJECTIONS if one.name == new.projection]

        def body_of(position: int, aggregate: bytes, topic: str, state: bytes) -> EventBody:
            return self._quarantine.body(position, aggregate, topic, state, new.release)

        def nothing_is_left_out() -> bool:
            return not self._quarantine.gaps(new.release).positions

        with Loader(self._servers.redis) as loader:
            url = self._servers.database_url
            events = read_events(url, 0, head, body_of, nothing_is_left_out)
            projection.build(new, self._counted(events, rebuilt, head), loader)
        self._generations.finish(new, rebuilt.position)

    def _counted(self, events: Iterable[Event], rebuilt: Rebuilt, head: int) -> Iterator[Event]:
        self._progress.begin("reading and loading", head)
        event = None
        for rebuilt.events, event in enumerate(events, 1):
            if rebuilt.events % EVENTS_BETWEEN_WORDS == 0:
                self._progress.at(event.position, f"{rebuilt.events:,} events")
            yield event
        rebuilt.position = event.position if event else 0
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
