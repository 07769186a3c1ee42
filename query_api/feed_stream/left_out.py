"""What the feeds that are served leave out: the quarantine, and which of its retries they know."""

import asyncio
import logging
import time
from collections.abc import Sequence

from domain.errors import UnreadableEvent
from projections.errors import ProjectionUnavailable, RelationalUnreachable
from projections.log.entry import Entry
from projections.log.gaps import Gaps, QuarantineRow
from projections.log.queries import query
from projections.relational.snapshots import Connection
from query_api.feed_stream.either_store import EitherStore
from query_api.read_models import ReadModels

logger = logging.getLogger(__name__)

RELEASE_EVERY_SECONDS = 1.0
QUARANTINE_EVERY_SECONDS = 0.5


class LeftOut:
    """One for a process: however many streams there are, Postgres is asked now and then.

    While Postgres is away nobody can put anything into quarantine, so what was read last holds.
    """

    def __init__(self, models: ReadModels, stores: EitherStore) -> None:
        self._models = models
        self._stores = stores
        self._one_asks = asyncio.Lock()
        self._forget()
        models.watch.history.on_change(self._forget)

    async def release(self) -> int:
        """The newest retry that what is read knows: both the feeds and the followees.

        One that has just come is told once the quarantine has been read after it. Raises
        ProjectionUnavailable and RelationalUnreachable if nobody can say it, or what it means.
        """
        if self._release is None or time.monotonic() > self._release_until:
            async with self._one_asks:
                await self._look_at_the_generations()
        assert self._release is not None
        return self._release

    async def look(self) -> bool:
        """Reads the quarantine: who begins does not know how far others went since.

        Returns whether it could; else it is taken as it was. Raises ProjectionUnavailable and
        RelationalUnreachable if it was never read.
        """
        self._looked_at = time.monotonic()
        try:
            self._rows = await self._models.relational.snapshots.answer(_select_quarantine)
        except (ProjectionUnavailable, RelationalUnreachable) as error:
            if self._rows is None:
                raise
            logger.info("the quarantine is taken as it was: %s", error)
            return False
        self._gaps.clear()
        return True

    async def read(self, entries: Sequence[Entry], release: int) -> list[Entry]:
        """The entries as the feeds take them, up to the first that these wait in front of."""
        if self._rows is None or self._has_grown():
            await self._look_now_and_then()
        found: list[Entry] = []
        for entry in entries:
            try:
                found.append(self._gaps_of(release).taken(entry))
            except UnreadableEvent as error:
                if found:
                    break  # those first
                await self._look_now_and_then()
                try:
                    found.append(self._gaps_of(release).taken(entry))
                except UnreadableEvent:
                    logger.info("streams wait before position %d: %s", entry.position, error)
                    break
        return found

    def is_otherwise(self, one: int, other: int, up_to: int) -> bool:
        """Whether two releases take the log up to a position differently."""
        differ = self._gaps_of(one).positions ^ self._gaps_of(other).positions
        return any(position <= up_to for position in differ)

    async def _look_at_the_generations(self) -> None:
        if self._release is not None and time.monotonic() <= self._release_until:
            return  # somebody else has, meanwhile
        models = self._models

        async def in_redis() -> int:
            return min(await models.home_feed.release(), await models.profiles.release())

        async def in_tables() -> int:
            if self._release is not None:
                return self._release  # Redis comes back with what it had
            return (await models.relational.position()).release

        release = await self._stores.ask(in_redis, in_tables)
        if release != self._release and (await self.look() or self._release is None):
            self._release = release
        self._release_until = time.monotonic() + RELEASE_EVERY_SECONDS

    async def _look_now_and_then(self) -> None:
        async with self._one_asks:
            if self._rows is None or time.monotonic() > self._looked_at + QUARANTINE_EVERY_SECONDS:
                await self.look()

    def _has_grown(self) -> bool:
        known = sum(released is None for _, _, released in self._rows or ())
        return known < self._models.watch.quarantined

    def _gaps_of(self, release: int) -> Gaps:
        if release not in self._gaps:
            self._gaps[release] = Gaps.of(self._rows or (), release)
        return self._gaps[release]

    def _forget(self) -> None:
        self._rows: list[QuarantineRow] | None = None
        self._gaps: dict[int, Gaps] = {}
        self._release: int | None = None
        self._release_until = self._looked_at = 0.0


async def _select_quarantine(connection: Connection) -> list[QuarantineRow]:
    cursor = await connection.execute(query("select_quarantine"))
    return await cursor.fetchall()
