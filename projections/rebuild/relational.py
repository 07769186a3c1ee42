"""A rebuild of the relational projection: the same steps, inside Postgres."""

import contextlib
from collections.abc import Callable

from projections.errors import GenerationRefused
from projections.log.errors import StoreUnreachable
from projections.log.quarantine import Policy
from projections.log.store import Store
from projections.progress import Progress
from projections.rebuild.errors import NoSuchGeneration
from projections.rebuild.rebuilt import Rebuilt
from projections.relational.generations import RelationalGenerations
from projections.relational.keys import RELATIONAL
from projections.verify.inspection import Sample
from projections.verify.tables import TablesInspection


class RelationalRebuild:
    """The caller holds the lock on this projection's generations, and `still_alone` raises if it
    has been lost."""

    def __init__(
        self,
        database_url: str,
        store: Store,
        progress: Progress,
        still_alone: Callable[[], object] = lambda: None,
        *,
        poison: Policy = "stop",
    ) -> None:
        self._database_url = database_url
        self._still_alone = still_alone
        self._store = store
        self._progress = progress
        self._generations = RelationalGenerations(database_url, poison)

    def run(self, *, activate: bool) -> Rebuilt:
        """Builds, verifies and switches. If verification fails, it does not switch.

        Raises StoreUnreachable, UnreadableEvent, CannotTell; nothing of the new generation is
        left then.
        """
        for left in self._generations.all():
            if left.state == "building":
                self._generations.drop(left.number)
        rebuilt = Rebuilt(RELATIONAL, self._generations.begin())
        try:
            self._take_over(rebuilt, activate=activate)
        except BaseException:  # Ctrl-C included: it is tidied up, and goes on upwards
            # What cannot be removed now, the next rebuild removes; one that is active refuses.
            with contextlib.suppress(StoreUnreachable, GenerationRefused):
                self._generations.drop(rebuilt.number)
            raise
        return rebuilt

    def activate(self, number: int) -> Rebuilt:
        """Brings a resting generation up to date, verifies it, and switches to it, likewise.

        Raises NoSuchGeneration if it does not rest.
        """
        states = {one.number: one.state for one in self._generations.all()}
        if states.get(number) != "resting":
            raise NoSuchGeneration(f"generation {number} is not one that rests")
        rebuilt = Rebuilt(RELATIONAL, number)
        self._take_over(rebuilt, activate=True)
        return rebuilt

    def close(self) -> None:
        """Closes the connections."""
        self._generations.close()

    def _take_over(self, rebuilt: Rebuilt, *, activate: bool) -> None:
        def loaded(position: int, events: int) -> None:
            rebuilt.position, rebuilt.events = position, events
            self._progress.at(position, f"{events:,} events")

        with rebuilt.timed("load"):
            self._progress.begin("reading and loading", self._store.head())
            self._generations.load(rebuilt.number, progress=loaded)
        with rebuilt.timed("verify"):
            self._progress.begin("verifying", None)
            inspection = TablesInspection(self._database_url, rebuilt.number)
            rebuilt.findings = inspection.inspect(Sample(), repair=False)
        if rebuilt.findings.different or not activate:
            self._generations.rest(rebuilt.number)
            return
        self._still_alone()
        with rebuilt.timed("switch"):
            self._progress.begin("switching", None)
            self._generations.switch(rebuilt.number)
        rebuilt.switched = True
