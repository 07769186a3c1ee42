"""Whether the command API can do its work, and its figures."""

import asyncio
from collections.abc import Mapping

from eventsourcing.persistence import PersistenceError

from command_api.application import Slackwater
from command_api.errors import JournalFailed
from command_api.journal.journal import Journal
from edge.diagnostics import Check
from edge.metrics import RecentRequests

HEALTH_SECONDS_MAX = 3.0


class Health:
    """With a journal it is ready as long as one of journal and store takes commands."""

    def __init__(
        self, write_model: Slackwater, journal: Journal | None, recent: RecentRequests
    ) -> None:
        self._write_model = write_model
        self._journal = journal
        self._recent = recent

    @property
    def checks(self) -> Mapping[str, Check]:
        """What it needs in order to serve."""
        if self._journal is None:
            return {"event store": self._store_fault}
        return {"event store or journal": self._both_at_fault}

    @property
    def spare(self) -> Mapping[str, Check]:
        """What it can do without for a while."""
        if self._journal is None:
            return {}
        return {"event store": self._store_fault, "journal": self._journal_fault}

    async def summary(self) -> Mapping[str, object]:
        """The figures a person asks for first."""
        try:
            position = await self._head()
        except (PersistenceError, TimeoutError):
            position = None
        summary: dict[str, object] = {
            "requests": self._recent.summary(),
            "head": {"position": position},
        }
        if self._journal is not None:
            summary["journal"] = await asyncio.to_thread(self._journal_summary, self._journal)
        return summary

    async def _store_fault(self) -> str | None:
        try:
            await self._head()
        except (PersistenceError, TimeoutError) as error:
            return f"the event store cannot be reached: {error!r}"
        return None

    async def _journal_fault(self) -> str | None:
        assert self._journal is not None
        fault = await asyncio.to_thread(self._journal.fault)
        return None if fault is None else f"the journal takes no commands: {fault}"

    async def _both_at_fault(self) -> str | None:
        journal = await self._journal_fault()
        store = None if journal is None else await self._store_fault()
        return None if store is None else f"{journal}; and {store}"

    async def _head(self) -> int:
        asked = asyncio.to_thread(self._write_model.recorder.max_notification_id)
        return await asyncio.wait_for(asked, HEALTH_SECONDS_MAX) or 0

    def _journal_summary(self, journal: Journal) -> Mapping[str, object]:
        try:
            oldest = journal.waiting(1)
        except JournalFailed as error:
            return {"queued": journal.depth, "fault": str(error)}
        since = oldest[0].at.isoformat() if oldest else None
        return {"queued": journal.depth, "oldest_accepted_at": since}
