"""The write model: carries commands out, each once. Never reads a projection."""

import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import ParamSpec, TypeVar
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.utils import Environment

from command_api import commands
from command_api.commands import AnyCommand, Erase, OneCommand, Publish
from command_api.decider import Decider
from command_api.errors import (
    OutcomeUnknown,
    StoreUnavailable,
)
from command_api.event_store.command_records import CommandRecord
from command_api.event_store.datastore import UrlDatastore
from command_api.event_store.epoch import read_epoch
from command_api.event_store.erasures import Erasures
from command_api.event_store.errors import AppendInDoubt
from command_api.event_store.mapper import EventMapper
from command_api.event_store.patience import Patience
from command_api.event_store.queries import EVENTS_TABLE
from command_api.event_store.recorder import STORE_AWAY, GroupCommitRecorder
from command_api.event_store.schema import ensure_schema
from command_api.execution import Execution
from command_api.outcomes import (
    CarriedOut,
    Committed,
    FollowState,
    PublishedPost,
    RegisteredPerson,
)
from domain.events import Published, Registered

Given = ParamSpec("Given")
Outcome = TypeVar("Outcome")


class Slackwater(Application[UUID]):
    """The write model. Every method is safe to call from many threads at once.

    All raise StoreUnavailable while the store cannot be reached (nothing is stored then), and
    OutcomeUnknown if it went away over the commit.
    """

    name = "slackwater"

    def __init__(self, database_url: str, *, patience: Patience | None = None) -> None:
        self._patience = patience
        self._datastore = UrlDatastore(database_url, patience)
        super().__init__()
        self.erasures = Erasures(self._datastore, EVENTS_TABLE)
        self._decider = Decider(self.recorder)
        self._execution = Execution(self.recorder, self._decider)
        self.epoch = ""
        """Empty until the store has been reached for the first time."""
        self.erased = threading.Event()
        """Set when somebody was erased here: what they leave behind is to be ended."""

    def open(self) -> None:
        """Makes the store where it is missing, and learns its epoch. Raises PersistenceError."""
        ensure_schema(self._datastore)
        self._see_epoch(read_epoch(self._datastore))

    def close(self) -> None:
        """Commits what waits and closes every connection."""
        self.recorder.close()
        self._datastore.close()

    def construct_env(self, name: str, env: object = None) -> Environment:  # noqa: ARG002
        """No settings from the environment: the library would read POSTGRES_* behind our back."""
        return Environment(name, {})

    def construct_mapper(self) -> EventMapper:
        """Events are written down by the domain's codec."""
        return EventMapper()

    def construct_recorder(self) -> GroupCommitRecorder:
        """Saves go through group commit."""
        return GroupCommitRecorder(
            self._datastore,
            events_table_name=EVENTS_TABLE,
            on_epoch=self._see_epoch,
            patience=self._patience,
        )

    recorder: GroupCommitRecorder  # pyright: ignore[reportIncompatibleVariableOverride]

    def execute(self, command: OneCommand, *, tried: bool = False) -> CarriedOut[OneCommand]:
        """Carries a command out, once: if it was before, the answer says what it did then.

        `tried`: an earlier try may have been stored. What was tried, or may be repeated by its
        client, is remembered. Raises what the rules refuse, KeyUsedOtherwise, PersonErased,
        TooMuchContention.
        """
        done = self._at_store(self._execution.of, command, tried=tried)
        if isinstance(command, Erase):
            self.erased.set()
        return done

    async def publish_unasked(self, command: Publish) -> int | None:
        """Where a new post without a key is done, for a caller on an event loop. None: it was not
        tried, since the store has to be asked something first.

        Raises StoreBusy (it was not tried either), and IntegrityError after a lost race: then
        `execute` carries it out, which finds it if it was stored.
        """
        with _told_as_commands_are():
            return await self._execution.of_unasked(command)

    def execute_together(self, commands: Sequence[AnyCommand]) -> dict[UUID, int]:
        """Carries out commands that do not depend on each other, in their order, in one
        transaction; returns where each is done. Of one that is missing there `execute` tells.
        """
        done = self._at_store(self._execution.of_many, commands)
        if any(isinstance(command, Erase) for command in commands):
            self.erased.set()
        return done

    def number_of(self, person_id: UUID) -> int:
        """A person's number. Raises PersonNotFound."""
        return self._at_store(self._decider.number_of, person_id)

    def remembered(self, command_id: UUID) -> CommandRecord | None:
        """What a command did, if it was carried out and is remembered."""
        return self._at_store(self.recorder.select_commands, [command_id]).get(command_id)

    def register(self, *, handle: str, display_name: str | None) -> RegisteredPerson:
        """Registers a person. Raises InvalidHandle, InvalidDisplayName, HandleTaken."""
        done = self.execute(commands.register(handle=handle, display_name=display_name))
        one = done.command
        body = Registered(at=one.at, handle=one.handle, display_name=one.display_name)
        return RegisteredPerson(done.position, one.subject, body)

    def set_following(
        self, *, follower_id: UUID, followee_id: UUID, following: bool
    ) -> FollowState:
        """Makes one person (not) follow another; changes nothing if it is so already.

        Raises PersonNotFound, CannotFollowYourself.
        """
        command = commands.set_following(
            person=follower_id, followee=followee_id, following=following
        )
        return FollowState(self.execute(command).position, following)

    def publish(self, *, author_id: UUID, text: str) -> PublishedPost:
        """Publishes a post. Raises PersonNotFound, InvalidText."""
        done = self.execute(commands.publish(person=author_id, text=text))
        one = done.command
        body = Published(at=one.at, author=self.number_of(author_id), text=one.text)
        return PublishedPost(done.position, one.subject, body)

    def delete(self, *, caller_id: UUID, post_id: UUID) -> Committed:
        """Deletes one's own post; changes nothing if it is gone already.

        Raises PersonNotFound, PostNotFound, NotTheAuthor.
        """
        done = self.execute(commands.delete(person=caller_id, post=post_id))
        return Committed(done.position)

    def erase(self, person_id: UUID) -> Committed:
        """Erases a person; changes nothing if they are erased already.

        What they leave behind is ended by `erasing.py`. Raises PersonNotFound, NotSealed.
        """
        return Committed(self.execute(commands.erase(person=person_id)).position)

    def is_erased(self, person_id: UUID) -> bool:
        """Whether somebody is erased, as the store says now."""
        return bool(self._at_store(self.erasures.erased_of, [person_id]))

    def look_at_epoch(self) -> None:
        """Learns the store's epoch anew. Raises PersistenceError."""
        self._see_epoch(read_epoch(self._datastore))

    def present_epoch(self) -> str:
        """The store's epoch, looked at now."""
        self._at_store(self.look_at_epoch)
        return self.epoch

    def _see_epoch(self, epoch: str) -> None:
        """Also in each transaction that commits: answers name the epoch of what they committed."""
        self.epoch = epoch
        self._decider.enter(epoch)

    def _at_store(
        self, call: Callable[Given, Outcome], *arguments: Given.args, **named: Given.kwargs
    ) -> Outcome:
        with _told_as_commands_are():
            return call(*arguments, **named)


@contextmanager
def _told_as_commands_are() -> Generator[None]:
    try:
        yield
    except AppendInDoubt as error:
        raise OutcomeUnknown(
            "the event store went away while it stored this: it may have been stored. Look before "
            "you try again"
        ) from error
    except STORE_AWAY as error:
        message = "the event store cannot be reached; nothing was stored"
        raise StoreUnavailable(message) from error
