"""The commands: each decides in the domain and appends to the store. Never reads a projection."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar
from uuid import UUID

import uuid_utils.compat
from eventsourcing.application import Application
from eventsourcing.persistence import IntegrityError, Notification
from eventsourcing.utils import Environment
from psycopg import Cursor
from psycopg.rows import DictRow

from command_api.errors import (
    HandleTaken,
    HistoryUnreadable,
    OutcomeUnknown,
    PersonNotFound,
    PostNotFound,
    StoreUnavailable,
    TooMuchContention,
)
from command_api.event_store.datastore import UrlDatastore
from command_api.event_store.errors import AppendInDoubt
from command_api.event_store.mapper import EventMapper
from command_api.event_store.queries import EVENTS_TABLE
from command_api.event_store.recorder import STORE_AWAY, GroupCommitRecorder
from command_api.event_store.schema import ensure_schema, epoch_seen_by, read_epoch
from command_api.numbers import Numbers
from domain.errors import UnreadableEvent
from domain.events import DomainEvent, EventBody, Published, Registered
from domain.follow import change_follow, follow_id, is_following
from domain.person import register
from domain.post import Post, delete, publish

DECISION_TRIES_MAX = 5
"""A decision that lost a race is taken again on fresh facts, this often at most."""

Outcome = TypeVar("Outcome")


@dataclass(frozen=True, slots=True)
class Committed:
    """What a command left behind: the position a reader has to reach in order to see it."""

    position: int


@dataclass(frozen=True, slots=True)
class RegisteredPerson(Committed):
    """A new person as their registration says."""

    id: UUID
    body: Registered


@dataclass(frozen=True, slots=True)
class PublishedPost(Committed):
    """A new post as its publishing says."""

    id: UUID
    body: Published


@dataclass(frozen=True, slots=True)
class FollowState(Committed):
    """How a pair stands now, whether or not this command changed it."""

    following: bool


class Slackwater(Application[UUID]):
    """The write model. Every method is safe to call from many threads at once.

    All raise StoreUnavailable while the store cannot be reached, HistoryUnreadable if an event
    cannot be read that they need (nothing is stored then), and OutcomeUnknown if the store went
    away over the commit.
    """

    name = "slackwater"

    def __init__(self, database_url: str) -> None:
        self._datastore = UrlDatastore(database_url)
        super().__init__()
        self._numbers = Numbers()
        self.epoch = ""

    def open(self) -> None:
        """Makes the store where it is missing, and learns its epoch. Raises PersistenceError."""
        ensure_schema(self._datastore)
        self._datastore.register_type_adapters()
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
            self._datastore, events_table_name=EVENTS_TABLE, look=self._look_at_epoch
        )

    recorder: GroupCommitRecorder  # pyright: ignore[reportIncompatibleVariableOverride]

    def register(self, *, handle: str, display_name: str | None) -> RegisteredPerson:
        """Registers a person. Raises InvalidHandle, InvalidDisplayName, HandleTaken."""
        person_id = uuid_utils.compat.uuid7()
        claim, registered = register(
            person_id=person_id, handle=handle, display_name=display_name, at=_now()
        )
        try:
            position = self._append(claim, registered)
        except IntegrityError:
            raise HandleTaken(f"the handle {handle!r} is taken; choose another") from None
        self._numbers.remember(person_id, position)
        assert isinstance(registered.body, Registered)
        return RegisteredPerson(position, person_id, registered.body)

    def set_following(
        self, *, follower_id: UUID, followee_id: UUID, following: bool
    ) -> FollowState:
        """Makes one person (not) follow another; changes nothing if it is so already.

        Raises PersonNotFound, CannotFollowYourself.
        """
        pair = follow_id(follower_id, followee_id)

        def decide() -> FollowState:
            follower, followee = self.number_of(follower_id), self.number_of(followee_id)
            version, position = self._at_store(self.recorder.select_last_version, pair)
            event = change_follow(
                pair=pair,
                version=version,
                follower=follower,
                followee=followee,
                following=following,
                at=_now(),
            )
            if event is not None:
                assumed = {follower: follower_id, followee: followee_id}
                assumed |= {position: pair} if position else {}
                return FollowState(self._append(event, assumed=assumed), following)
            assert is_following(version) == following
            # Never followed: that has been so since both of them exist.
            return FollowState(position or max(follower, followee), following)

        return self._until_settled(decide, follower_id, followee_id)

    def publish(self, *, author_id: UUID, text: str) -> PublishedPost:
        """Publishes a post. Raises PersonNotFound, InvalidText."""
        post_id = uuid_utils.compat.uuid7()

        def decide() -> PublishedPost:
            author = self.number_of(author_id)
            event = publish(post_id=post_id, author=author, text=text, at=_now())
            assert isinstance(event.body, Published)
            position = self._append(event, assumed={author: author_id})
            return PublishedPost(position, post_id, event.body)

        return self._until_settled(decide, author_id)

    def delete(self, *, caller_id: UUID, post_id: UUID) -> Committed:
        """Deletes one's own post; changes nothing if it is gone already.

        Raises PersonNotFound, PostNotFound, NotTheAuthor.
        """

        def decide() -> Committed:
            caller = self.number_of(caller_id)
            notifications = self._at_store(self.recorder.select_aggregate, post_id)
            event = delete(self._post(notifications, post_id), caller=caller, at=_now())
            if event is None:
                return Committed(notifications[-1].id)
            assumed = {caller: caller_id, notifications[0].id: post_id}
            return Committed(self._append(event, assumed=assumed))

        return self._until_settled(decide, caller_id)

    def number_of(self, person_id: UUID) -> int:
        """A person's number. Raises PersonNotFound."""
        number = self._numbers.get(person_id)
        if number is None:
            recorded = self._at_store(self.recorder.select_aggregate, person_id)
            if not recorded or not isinstance(self._body(recorded[0]), Registered):
                raise PersonNotFound(f"there is no person {person_id}")
            number = recorded[0].id
            self._numbers.remember(person_id, number)
        return number

    def _look_at_epoch(self, cursor: Cursor[DictRow]) -> None:
        """In the transaction that commits: answers name the epoch of what they committed."""
        self.epoch = epoch_seen_by(cursor)

    def _post(self, notifications: list[Notification], post_id: UUID) -> Post:
        published = self._body(notifications[0]) if notifications else None
        if not isinstance(published, Published):
            raise PostNotFound(f"there is no post {post_id}")
        return Post(
            id=post_id,
            number=notifications[0].id,
            author=published.author,
            version=notifications[-1].originator_version,
        )

    def _body(self, notification: Notification) -> EventBody:
        try:
            return EventMapper().to_domain_event(notification).body
        except UnreadableEvent as error:
            raise HistoryUnreadable(
                f"this version of Slackwater cannot read the event at position {notification.id}, "
                "on which this command rests: nothing was stored. Whoever runs this service has to "
                "mend it; trying again does not help"
            ) from error

    def _append(self, *events: DomainEvent, assumed: Mapping[int, UUID] | None = None) -> int:
        """Stores the events as one and returns the position of the last.

        `assumed`: whose numbers they carry. Raises IntegrityError, also if these are wrong.
        """
        recordings = self._at_store(partial(self.save, assumed=assumed), *events)
        return recordings[-1].notification.id

    def _until_settled(self, decide: Callable[[], Outcome], *people: UUID) -> Outcome:
        """Decides on fresh facts again, the numbers of these people included."""
        for _ in range(DECISION_TRIES_MAX):
            try:
                return decide()
            except IntegrityError:
                self._numbers.forget(people)
        raise TooMuchContention("others are changing the same thing at once; try again")

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


def _now() -> datetime:
    return datetime.now(UTC)
