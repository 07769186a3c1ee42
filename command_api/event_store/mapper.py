"""Between domain events and the library's stored events, by the domain's own codec."""

from uuid import UUID

from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent

from domain.codec import CODEC
from domain.events import DomainEvent
from domain.sealing import PersonKey


class EventMapper(Mapper[UUID]):
    """Topics are the domain's own names, never module paths; payloads are versioned JSON."""

    def __init__(self) -> None:
        super().__init__(transcoder=JSONTranscoder())  # required by the base, not used

    def to_stored_event(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, domain_event: DomainEvent, key: PersonKey | None = None
    ) -> StoredEvent:
        """The event as the recorder stores it; sealed with this key, if one is given."""
        if key is not None:
            domain_event = key.sealed(domain_event)
        return StoredEvent(
            originator_id=domain_event.originator_id,
            originator_version=domain_event.originator_version,
            topic=domain_event.body.TOPIC,
            state=CODEC.encode(domain_event.body),
        )

    def to_domain_event(self, stored_event: StoredEvent) -> DomainEvent:  # pyright: ignore[reportIncompatibleMethodOverride]
        """The event as the domain knows it. Raises UnreadableEvent."""
        assert isinstance(stored_event.originator_id, UUID)
        return DomainEvent(
            originator_id=stored_event.originator_id,
            originator_version=stored_event.originator_version,
            body=CODEC.decode(stored_event.topic, stored_event.state),
        )
