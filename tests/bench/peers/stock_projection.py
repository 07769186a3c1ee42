"""The `eventsourcing` library's own way to keep a read model: a ProjectionRunner."""

import threading
import time
from typing import Any

import psycopg
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.persistence import Tracking, TrackingRecorder
from eventsourcing.popo import POPOTrackingRecorder
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner

from tests.bench.history import TEXT
from tests.bench.peers.stock import Post, Posts, environment

EVENTS_AT_ONCE = 1_000
SECONDS_MAX = 600


class Counting(Projection[TrackingRecorder]):
    """Does nothing with an event but note that it was processed; says when it has come far."""

    goal = 0
    arrived = threading.Event()

    @singledispatchmethod
    def process_event(self, domain_event: Any, tracking: Tracking) -> None:  # noqa: ARG002
        """Tracks it; that is what makes it process an event once."""
        self.view.insert_tracking(tracking)
        if tracking.notification_id >= self.goal:
            self.arrived.set()


class InPostgres(Counting):
    """Tracked in a table."""

    name = "in_postgres"


class InMemory(Counting):
    """Tracked in a variable."""

    name = "in_memory"


class StockProjections:
    """A store of so many events, and runners over them from the first one on."""

    def __init__(self, database_url: str, events: int) -> None:
        self._database_url = database_url
        self._environment = environment(database_url) | {
            "IN_MEMORY_PERSISTENCE_MODULE": "eventsourcing.popo"
        }
        posts = Posts(self._environment)
        for start in range(0, events, EVENTS_AT_ONCE):
            count = min(EVENTS_AT_ONCE, events - start)
            pending = [
                event for _ in range(count) for event in Post(author=1, text=TEXT).collect_events()
            ]
            posts.events.put(pending)
        posts.close()

    def in_postgres(self, events: int) -> float:
        """Events a second, tracked in Postgres."""
        with psycopg.connect(self._database_url, autocommit=True) as connection:
            connection.execute("DROP TABLE IF EXISTS in_postgres_tracking")
        return self._events_per_second(InPostgres, PostgresTrackingRecorder, events)

    def in_memory(self, events: int) -> float:
        """Events a second, with a view that does nothing."""
        return self._events_per_second(InMemory, POPOTrackingRecorder, events)

    def _events_per_second(
        self, projection: type[Counting], view: type[TrackingRecorder], events: int
    ) -> float:
        projection.goal, projection.arrived = events, threading.Event()
        begun = time.perf_counter()
        with ProjectionRunner(
            application_class=Posts,
            projection_class=projection,
            view_class=view,
            env=self._environment,
        ):
            assert projection.arrived.wait(SECONDS_MAX), "the runner did not come so far"
            return events / (time.perf_counter() - begun)
