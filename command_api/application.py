"""The write model: carries commands out, each once. Never reads a projection."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.persistence import IntegrityError
from eventsourcing.utils import Environment
from msgspec.structs import replace
from psycopg import Cursor
from psycopg.rows import DictRow

from command_api import commands
from command_api.commands import AnyCommand, OneCommand, Register
from command_api.decider import Decider, Decision
from command_api.errors import (
    HandleTaken,
    KeyUsedOtherwise,
    OutcomeUnknown,
    StoreUnavailable,
    TooMuchContention,
)
from command_api.event_store.command_records import CommandRecord, CommandStands
from command_api.event_store.datastore import UrlDatastore
from command_api.event_store.errors import AppendInDoubt
from command_api.event_store.mapper import EventMapper
from command_api.event_store.patience import Patience
from command_api.event_store.queries import EVENTS_TABLE
from command_api.event_store.recorder import STORE_AWAY, GroupCommitRecorder
from command_api.event_store.schema import ensure_schema, epoch_seen_by, read_epoch
from command_api.outcomes import (
    CarriedOut,
    Committed,
    FollowState,
    PublishedPost,
    RegisteredPerson,
)
from domain.events import Published, Registered

DECISION_TRIES_MAX = 5
"""A decision that lost a race is taken again on fresh facts, this often at most."""

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
        self._decider = Decider(self.recorder)
        self._mapper = EventMapper()
        self.epoch = ""
        """Empty until the store has been reached for the first time."""

    def open(self) -> None:
        """Makes the store where it is missing, and learns its epoch. Raises PersistenceError."""
        ensure_schema(self._datastore)
        self.epoch = read_epoch(self._datastore)

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
            look=self._look_at_epoch,
            patience=self._patience,
        )

    recorder: GroupCommitRecorder  # pyright: ignore[reportIncompatibleVariableOverride]

    def execute(self, command: OneCommand, *, tried: bool = False) -> CarriedOut[OneCommand]:
        """Carries a command out, once: if it was before, the answer says what it did then.

        `tried`: an earlier try may have been stored. What was tried, or may be repeated by its
        client, is remembered. Raises what the rules refuse, KeyUsedOtherwise, TooMuchContention.
        """
        return self._at_store(self._execute, command, tried)

    def _execute(self, command: OneCommand, tried: bool) -> CarriedOut[OneCommand]:
        remember = command.keyed or tried
        if remember and (record := self.recorder.select_command(command.id)):
            return _as_recorded(command, record)
        try:
            return self._settle(command, tried=tried, remember=remember)
        except CommandStands as stands:
            return _as_recorded(command, stands.record)

    def _settle(
        self, command: OneCommand, *, tried: bool, remember: bool
    ) -> CarriedOut[OneCommand]:
        for _ in range(DECISION_TRIES_MAX):
            if tried and (made := self._decider.made_by(command)):
                return CarriedOut(replace(command, at=made.at), made.position)
            decision = self._decider.decide(command)
            try:
                return CarriedOut(command, self._append(command, decision, remember=remember))
            except IntegrityError:
                if isinstance(command, Register) and not self._decider.made_by(command):
                    handle = command.handle
                    raise HandleTaken(f"the handle {handle!r} is taken; choose another") from None
                tried = True
                self._decider.forget_numbers(command)
        raise TooMuchContention("others are changing the same thing at once; try again")

    def _append(self, command: AnyCommand, decision: Decision, *, remember: bool) -> int:
        """Stores the events as one and returns the position of the last. Raises IntegrityError."""
        events = [self._mapper.to_stored_event(event) for event in decision.events]
        record = None
        if remember:
            record = CommandRecord(
                id=command.id,
                person=command.person,
                subject=command.subject,
                fingerprint=command.fingerprint(),
                accepted_at=command.at,
                position=decision.position,
            )
        positions = self.recorder.append(events, record, decision.assumed)
        position = positions[-1] if positions else decision.position
        if isinstance(command, Register):
            self._decider.learn_number(command.subject, position)
        return position

    def number_of(self, person_id: UUID) -> int:
        """A person's number. Raises PersonNotFound."""
        return self._at_store(self._decider.number_of, person_id)

    def remembered(self, command_id: UUID) -> CommandRecord | None:
        """What a command did, if it was carried out and is remembered."""
        return self._at_store(self.recorder.select_command, command_id)

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

    def look_at_epoch(self) -> None:
        """Learns the store's epoch anew. Raises PersistenceError."""
        self.epoch = read_epoch(self._datastore)

    def _look_at_epoch(self, cursor: Cursor[DictRow]) -> None:
        """In the transaction that commits: answers name the epoch of what they committed."""
        self.epoch = epoch_seen_by(cursor)

    def _at_store(self, call: Callable[..., Outcome], *arguments: object) -> Outcome:
        try:
            return call(*arguments)
        except AppendInDoubt as error:
            raise OutcomeUnknown(
                "the event store went away while it stored this: it may have been stored. Look "
                "before you try again"
            ) from error
        except STORE_AWAY as error:
            message = "the event store cannot be reached; nothing was stored"
            raise StoreUnavailable(message) from error


def _as_recorded(command: OneCommand, record: CommandRecord) -> CarriedOut[OneCommand]:
    """What the command did under this id. Raises KeyUsedOtherwise if it was another one."""
    if record.fingerprint != command.fingerprint():
        raise KeyUsedOtherwise
    first = replace(command, person=record.person, subject=record.subject, at=record.accepted_at)
    return CarriedOut(first, record.position)
