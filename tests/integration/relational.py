"""The relational projection in one process, stepped by hand."""

from contextlib import closing
from dataclasses import dataclass, field

import psycopg

from command_api.application import Slackwater
from domain.events import EventBody
from projections.log.quarantine import Policy, Quarantine
from projections.log.store import Store
from projections.relational.generations import RelationalGenerations
from projections.relational.projector import RelationalProjector
from projections.relational.recorder import RelationalRecorder
from tests.convergence.stores import Connection, Rows, rows_of

STEPS_MAX = 100


@dataclass(slots=True)
class Relational:
    """Write model, projectors and generations, all real."""

    write_model: Slackwater
    database_url: str
    generations: RelationalGenerations = field(init=False)
    connection: Connection = field(init=False)
    _opened: list[Store | Quarantine | RelationalRecorder] = field(init=False)

    def __post_init__(self) -> None:
        self.generations = RelationalGenerations(self.database_url)
        self.connection = psycopg.connect(self.database_url, autocommit=True)
        self._opened = []

    def projector(self, url: str | None = None, poison: Policy = "stop") -> RelationalProjector:
        """A new projector, with connections of its own; it writes by way of `url`."""
        store = Store(self.database_url, application="slackwater tests")
        recorder = RelationalRecorder(url or self.database_url)
        quarantine = Quarantine(self.database_url, poison)
        self._opened += (store, quarantine, recorder)
        return RelationalProjector(store, quarantine, recorder, idle_seconds=0)

    def some_history(self) -> list[int]:
        """Two people, posts, a follow that ends, a deletion; returns the people's numbers."""
        write = self.write_model
        ada = write.register(handle="ada", display_name=None)
        bob = write.register(handle="bob", display_name=None)
        write.set_following(follower_id=ada.id, followee_id=bob.id, following=True)
        post = write.publish(author_id=bob.id, text="first")
        write.publish(author_id=bob.id, text="second")
        write.delete(caller_id=bob.id, post_id=post.id)
        write.set_following(follower_id=ada.id, followee_id=bob.id, following=False)
        write.set_following(follower_id=ada.id, followee_id=bob.id, following=True)
        return [ada.position, bob.position]

    def one_more_person(self) -> None:
        """Somebody registers."""
        self.write_model.register(handle="cyd", display_name=None)

    def log(self) -> list[EventBody]:
        """What stands in the store, as it stands there."""
        with closing(Store(self.database_url, application="slackwater tests")) as store:
            return [entry.body for entry in store.read_after(0, 1_000)]

    def head(self) -> int:
        """The newest position in the store."""
        return self.write_model.recorder.max_notification_id() or 0

    def project(self, *projectors: RelationalProjector) -> int:
        """Steps the projectors in turns until the active generation is at the head: its number."""
        for _ in range(STEPS_MAX):
            for projector in projectors:
                projector.step()
            [active] = [each for each in self.generations.all() if each.active]
            if active.position == self.head():
                return active.number
        raise AssertionError("the projectors did not catch up")

    def rows(self, generation: int) -> Rows:
        """Everything in the tables of a generation."""
        return rows_of(self.connection, generation)

    def close(self) -> None:
        """Closes every connection."""
        for each in (*self._opened, self.generations, self.connection):
            each.close()
