"""The `eventsourcing` library's own contract tests, run against our recorder on real Postgres."""

import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

import pytest
from eventsourcing.persistence import StoredEvent

from command_api.event_store.datastore import UrlDatastore
from command_api.event_store.recorder import GroupCommitRecorder

# The library's test module imports its ciphers, which need pycryptodome. No case below encrypts.
_no_ciphers = ModuleType("eventsourcing.cipher")
vars(_no_ciphers)["AESCipher"] = None
sys.modules.setdefault(_no_ciphers.__name__, _no_ciphers)

from eventsourcing.tests import persistence as library  # noqa: E402

# Not here: the cases for tracking and process recorders (our checkpoints live with the read
# models, the store tracks nothing), and for factories (Slackwater constructs its own recorder).


class OnPostgres:
    """Recorders on one empty database, closed when the test ends."""

    @pytest.fixture(autouse=True)
    def _database(self, database_url: str) -> None:
        self._datastore = UrlDatastore(database_url)
        self._recorders: list[GroupCommitRecorder] = []

    def create_recorder(self) -> GroupCommitRecorder:
        return self._created(GroupCommitRecorder(self._datastore))

    def _created(self, recorder: GroupCommitRecorder) -> GroupCommitRecorder:
        self._recorders.append(recorder)
        recorder.create_table()
        return recorder

    def tearDown(self) -> None:
        for recorder in self._recorders:
            recorder.close()
        self._datastore.close()


class TestApplicationRecorder(OnPostgres, library.ApplicationRecorderTestCase[GroupCommitRecorder]):
    """Appends, conflicts, selections, and subscriptions."""

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestNonInterleavingPositions(OnPostgres, library.NonInterleavingNotificationIDsBaseCase):
    """The positions of one save are never mixed with another's."""


class WithoutPositions(GroupCommitRecorder):
    """As an aggregate recorder, which by contract returns no positions."""

    def insert_events(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> None:
        super().insert_events(stored_events, **kwargs)


class TestAggregateRecorder(OnPostgres, library.AggregateRecorderTestCase):
    """Atomicity and selections within one aggregate."""

    def create_recorder(self) -> GroupCommitRecorder:
        return self._created(WithoutPositions(self._datastore))
