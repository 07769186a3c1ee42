"""What a command comes to, on the facts that the store has now. Reads the store, never writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from eventsourcing.persistence import Notification

from command_api.commands import AnyCommand, Delete, Erase, Publish, Register, SetFollowing
from command_api.errors import HistoryUnreadable, PersonErased, PersonNotFound, PostNotFound
from command_api.event_store.mapper import EventMapper
from command_api.event_store.recorder import GroupCommitRecorder
from command_api.known_people import KnownPeople, KnownPerson
from domain.errors import UnreadableEvent
from domain.events import DomainEvent, EventBody, Published, Registered
from domain.follow import change_follow, is_following
from domain.person import erase, register
from domain.post import Post, delete, publish
from domain.sealing import PersonKey, new_key


@dataclass(frozen=True, slots=True)
class Decision:
    """The events to append; if there are none, `position` is where it has been so since.

    `assumed`: whose event has to stand at which position, as the newest of its aggregate, for them
    to be right. `key` seals what is to be sealed; a `new_key` is that of whom they register,
    `erases` the number of whom they erase. `key_epoch`: of the history that has `key`, unless it is
    new.
    """

    events: Sequence[DomainEvent]
    position: int = 0
    assumed: Mapping[int, UUID] = field(default_factory=dict[int, UUID])
    key: PersonKey | None = None
    new_key: bytes | None = None
    erases: int | None = None
    key_epoch: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """What a command has made: the event's position, and the time at which it was accepted."""

    position: int
    at: datetime


class Decider:
    """Safe to share by threads. Raises what the domain and the facts refuse, and the library's
    PersistenceError if the store cannot be asked.
    """

    def __init__(self, recorder: GroupCommitRecorder) -> None:
        self._recorder = recorder
        self._people = KnownPeople()
        self._mapper = EventMapper()

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
            case Erase():
                return self._erase(command)

    def decide_unasked(self, command: Publish) -> Decision | None:
        """The same for a post, without asking the store; None if that cannot be."""
        known = self._people.get(command.person) is not None
        return self._publish(command) if known else None

    def made_by(self, command: AnyCommand) -> Made | None:
        """The event that this very command has made, if it was stored.

        The event tells: it belongs to the command's aggregate and has its time. Two commands
        that agree in both want the same event in the same place, so one of them made it. Where
        the aggregate's id follows from the request, the time need not agree: the request may have
        been accepted more than once.

        Raises PersonErased if it has registered somebody who is erased since.
        """
        recorded = self._recorder.select_aggregate(command.aggregate)
        named = command.keyed and command.MAKES_SUBJECT
        for notification in recorded:
            body = self._body(notification)
            if isinstance(body, command.makes) and (named or body.at == command.at):
                if isinstance(command, Register) and len(recorded) > 1:
                    raise PersonErased
                return Made(notification.id, body.at)
        return None

    def number_of(self, person_id: UUID) -> int:
        """A person's number. Raises PersonNotFound."""
        return self._known(person_id).number

    def learn(self, person_id: UUID, number: int, key: PersonKey | None) -> None:
        """Saves the next look."""
        self._people.remember(person_id, KnownPerson(number, key, self._people.epoch))

    def enter(self, epoch: str) -> None:
        """The store has this epoch: what is remembered of another one's people is forgotten."""
        self._people.enter(epoch)

    def forget_people(self, command: AnyCommand) -> None:
        """Whom this command rests on is looked up again."""
        self._people.forget({command.person, command.subject} - {None})

    def _known(self, person_id: UUID) -> KnownPerson:
        """Raises PersonNotFound, also of somebody who is erased."""
        known = self._people.get(person_id)
        if known is None:
            epoch = self._people.epoch  # before: what is read is of this one or a later
            recorded = self._recorder.select_aggregate(person_id)
            body = self._registered(recorded, person_id)
            key = self._recorder.select_key(person_id)
            if len(recorded) > 1 or (body.is_sealed and key is None):
                raise PersonNotFound(f"there is no person {person_id} any more")
            known = KnownPerson(recorded[0].id, PersonKey(key) if key else None, epoch)
            self._people.remember(person_id, known)
        return known

    def _registered(self, recorded: list[Notification], person_id: UUID) -> Registered:
        """What a person's events, perhaps none, begin with. Raises PersonNotFound."""
        body = self._body(recorded[0]) if recorded else None
        if not isinstance(body, Registered):
            raise PersonNotFound(f"there is no person {person_id}")
        return body

    def _register(self, command: Register) -> Decision:
        events = register(
            person_id=command.subject,
            handle=command.handle,
            display_name=command.display_name,
            at=command.at,
        )
        key = new_key()
        return Decision(events, key=PersonKey(key), new_key=key)

    def _erase(self, command: Erase) -> Decision:
        recorded = self._recorder.select_aggregate(command.subject)
        registered, number = self._registered(recorded, command.subject), recorded[0].id
        if len(recorded) > 1:
            return Decision([], recorded[-1].id)
        event = erase(
            person_id=command.subject, number=number, registered=registered, at=command.at
        )
        return Decision([event], assumed={number: command.subject}, erases=number)

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
            assumed = {follower: command.person, followee: command.subject}
            assumed |= {position: command.aggregate} if position else {}
            return Decision([event], assumed=assumed)
        assert is_following(version) == command.following
        # Never followed: that has been so since both of them exist.
        return Decision([], position or max(follower, followee))

    def _publish(self, command: Publish) -> Decision:
        author = self._known(command.person)
        event = publish(
            post_id=command.subject, author=author.number, text=command.text, at=command.at
        )
        return Decision(
            [event],
            assumed={author.number: command.person},
            key=author.key,
            key_epoch=author.epoch,
        )

    def _delete(self, command: Delete) -> Decision:
        caller = self.number_of(command.person)
        notifications = self._recorder.select_aggregate(command.subject)
        event = delete(self._post(notifications, command.subject), caller=caller, at=command.at)
        if event is None:
            return Decision([], notifications[-1].id)
        assumed = {caller: command.person, notifications[0].id: command.subject}
        return Decision([event], assumed=assumed)

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
            return self._mapper.to_domain_event(notification).body
        except UnreadableEvent as error:
            raise HistoryUnreadable(
                f"this version of Slackwater cannot read the event at position {notification.id}, "
                "on which this command rests: nothing was stored. Whoever runs this service has to "
                "mend it; trying again does not help"
            ) from error
