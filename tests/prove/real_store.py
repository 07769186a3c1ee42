"""A history in a real event store: the very same events at the very same positions."""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Self

import psycopg

from command_api.application import Slackwater
from projections.home_feed.keys import HOME_FEED
from projections.log.entry import Entry
from projections.log.store import Store
from projections.log.stream import Stream
from tests.prove.feeding import Worker
from tests.prove.run import Run, projections_of
from tests.rewriting import rewriting

INSERT = """
    INSERT INTO slackwater_events
        (originator_id, originator_version, topic, state, notification_id)
    SELECT %s, 1 + count(*), %s, %s, %s FROM slackwater_events WHERE originator_id = %s
"""


REWRITE = "UPDATE slackwater_events SET topic = %s, state = %s WHERE notification_id = %s"


class RealStore:
    """Holds the whole log of a run. A context; the database is this process's own."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.url = run.bench.database_url
        write_model = Slackwater(self.url)
        write_model.open()
        self.epoch = write_model.epoch
        write_model.close()
        self.store = Store(self.url, application="slackwater prove")
        self._connection = psycopg.connect(self.url, autocommit=True)
        self.holds = 0
        """So many entries stand in it."""

    def __enter__(self) -> Self:
        self.empty()
        self.write(len(self._run.entries))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.store.close()
        self._connection.close()

    def empty(self) -> None:
        """Takes all history out."""
        with rewriting(self._connection):
            self._connection.execute("TRUNCATE slackwater_events")
        self.holds = 0

    def write(self, count: int) -> None:
        """Appends the next entries, as one transaction would."""
        entries = self._run.entries[self.holds : self.holds + count]
        with self._connection.transaction(), self._connection.cursor() as cursor:
            cursor.executemany(
                INSERT,
                [(e.originator_id, e.topic, e.state, e.position, e.originator_id) for e in entries],
            )
        self.holds += len(entries)

    def rewrite(self, entries: Sequence[Entry]) -> None:
        """What stands at these positions says something else from now on."""
        with rewriting(self._connection), self._connection.cursor() as cursor:
            cursor.executemany(REWRITE, [(e.topic, e.state, e.position) for e in entries])

    @contextmanager
    def without_quarantine(self) -> Generator[None]:
        """Before and afterwards nothing is in quarantine, nor was."""
        self._connection.execute("TRUNCATE slackwater_quarantine")
        try:
            yield
        finally:
            self._connection.execute("TRUNCATE slackwater_quarantine")

    def fill_stream(self) -> None:
        """Appends to the stream what is missing there, as the relay would."""
        stream = Stream(self._run.bench.redis)
        stream.claim_epoch(self.epoch)
        last = stream.last_position()
        stream.append(self.epoch, last, self.store.read_after(last, len(self._run.entries)))

    def begin_again(self, count: int) -> Worker:
        """Empties everything and starts with so many entries; returns a worker to feed them."""
        run = self._run
        self.empty()
        self.write(count)
        run.bench.redis.flushall()
        run.furthest.clear()
        run.held.clear()
        run.network.made.clear()
        run.network.faults = 0.0
        run.out = self.holds
        run.look_at_the_registry_again()
        for name in projections_of(run.plan):
            run.bench.generations.ensure_active(
                name, shards=run.plan.shards, window=run.plan.window, great=run.plan.great
            )
        worker = Worker(run, lambda: None)
        for shard in run.active(HOME_FEED).all_shards():
            run.bench.generations.begin([shard])
        return worker
