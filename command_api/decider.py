"""What a command comes to, on the facts that the store has now. Reads the store, never writes."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from cachetools import LRUCache
from eventsourcing.persistence import Notification

from command_api.commands import AnyCommand, Delete, Publish, Register, SetFollowing
from command_api.errors import PersonNotFound, PostNotFound
from command_api.event_store.mapper import EventMapper
from command_api.event_store.recorder import GroupCommitRecorder
from domain.events import DomainEvent, EventBody, Published, Registered
from domain.follow import change_follow, is_following
from domain.person import register
from domain.post import Post, delete, publish

NUMBERS_CACHED_MAX = 200_000
"""People whose numbers are remembered; a number never changes within an epoch."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The events to append; if there are none, `position` is where it has been so since."""

    events: Sequence[DomainEvent]
    position: int = 0


class Decider:
    """Safe to share by threads. Raises what the domain and the facts refuse, and the library's
    PersistenceError if the store cannot be asked.
    """

    def __init__(self, recorder: GroupCommitRecorder) -> None:
        self._recorder = recorder
        self._numbers: LRUCache[UUID, int] = LRUCache(NUMBERS_CACHED_MAX)
        self._numbers_lock = threading.Lock()

    def decide(self, command: AnyCommand) -> Decision:
        """What the command comes to now."""
        match command:
            case Register():
                return self._register(command)
            case SetFollowing():
                return self._set_following(command)
            case Publish():
                return self._publish(command)
            case Delete():
                return self._delete(command)

    def made_by(self, command: AnyCommand) -> int | None:
        """The position of the event that this very command has made, if it was stored.

        The event tells: it belongs to the command's aggregate and has its time. Two commands
        that agree in both want the same event in the same place, so one of them made it.
        """
        for notification in self._recorder.select_aggregate(command.aggregate):
            body = self._body(notification)
            if isinstance(body, command.makes) and body.at == command.at:
                return notification.id
        return None

    def number_of(self, person_id: UUID) -> int:
        """A person's number. Raises PersonNotFound."""
        with self._numbers_lock:
            number = self._numbers.get(person_id)
        if number is None:
            recorded = self._recorder.select_aggregate(person_id)
            if not recorded or not isinstance(self._body(recorded[0]), Registered):
                raise PersonNotFound(f"there is no person {person_id}")
            number = recorded[0].id
            self.learn_number(person_id, number)
        return number

    def learn_number(self, person_id: UUID, number: int) -> None:
        """Saves the next look."""
        with self._numbers_lock:
            self._numbers[person_id] = number

    def _register(self, command: Register) -> Decision:
        return Decision(
            register(
                person_id=command.subject,
                handle=command.handle,
                display_name=command.display_name,
                at=command.at,
            )
        )

    def _set_following(self, command: SetFollowing) -> Decision:
        follower, followee = self.number_of(command.person), self.number_of(command.subject)
        version, position = self._recorder.select_last_version(command.aggregate)
        event = change_follow(
            pair=command.aggregate,
            version=version,
            follower=follower,
            followee=followee,
            following=command.following,
            at=command.at,
        )
        if event is not None:
            return Decision([event])
        assert is_following(version) == command.following
        # Never followed: that has been so since both of them exist.
        return Decision([], position or max(follower, followee))

    def _publish(self, command: Publish) -> Decision:
        author = self.number_of(command.person)
        event = publish(post_id=command.subject, author=author, text=command.text, at=command.at)
        return Decision([event])

    def _delete(self, command: Delete) -> Decision:
        caller = self.number_of(command.person)
        notifications = self._recorder.select_aggregate(command.subject)
        event = delete(self._post(notifications, command.subject), caller=caller, at=command.at)
        return Decision([], notifications[-1].id) if event is None else Decision([event])

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
        return EventMapper().to_domain_event(notification).body
