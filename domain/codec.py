"""Event bodies to bytes and back: the one place that knows how history is written down.

A payload is JSON, so that history can be read with psql alone. Each carries its version `v`;
an older payload is brought up to date by the upcasters, one version at a time.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec

from domain.errors import UnreadableEvent
from domain.events import (
    Deleted,
    Erased,
    EventBody,
    Followed,
    HandleClaimed,
    Published,
    Registered,
    Unfollowed,
)

Payload = dict[str, Any]
Upcaster = Callable[[Payload], Payload]


class Codec:
    """Encodes and decodes the given kinds of events.

    `upcasters` maps (topic, version) to a function that turns a payload of that version into
    one of the next; it need not touch `v`.
    """

    def __init__(
        self,
        kinds: tuple[type[EventBody], ...],
        upcasters: dict[tuple[str, int], Upcaster] | None = None,
    ) -> None:
        self._decoders = {kind.TOPIC: (kind, msgspec.json.Decoder(kind)) for kind in kinds}
        self._joined = {
            kind.TOPIC: (_as_they_are(kind), msgspec.json.Decoder(list[tuple[kind]]))
            for kind in kinds
        }
        self._upcasters = upcasters or {}
        self._encoder = msgspec.json.Encoder()
        assert len(self._decoders) == len(kinds), "two kinds of events share a topic"

    def encode(self, body: EventBody) -> bytes:
        """The payload of an event as JSON bytes."""
        assert body.v in _as_they_are(type(body)), "new events need nothing to bring them up"
        return self._encoder.encode(body)

    def decode(self, topic: str, state: bytes) -> EventBody:
        """The event which these bytes stand for, in its newest version.

        Raises UnreadableEvent if the topic is unknown, the payload broken, its version newer than
        this code, or an upcaster fails. What it says holds nothing of the payload's content.
        """
        try:
            kind, decoder = self._decoders[topic]
        except KeyError:
            raise UnreadableEvent(f"no kind of event has the topic {topic!r}") from None
        try:
            body = decoder.decode(state)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return self._decode_other_version(kind, state)
        if body.v not in _as_they_are(kind):
            return self._decode_other_version(kind, state)
        return body

    def decode_joined(self, topic: str, states: bytes) -> list[EventBody] | None:
        """The events which many payloads of one topic stand for, joined by "],[".

        None if one of them needs a closer look: `decode` says what it is.
        """
        versions, decoder = self._joined.get(topic, (range(0), None))
        if decoder is None:
            return None
        try:
            bodies = [body for (body,) in decoder.decode(b"[[%s]]" % states)]
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        return None if any(body.v not in versions for body in bodies) else bodies

    def _decode_other_version(self, kind: type[EventBody], state: bytes) -> EventBody:
        try:
            payload: Payload = msgspec.json.decode(state, type=dict[str, Any])
            version = msgspec.convert(payload.get("v"), int)
            if version > kind.VERSION:
                raise UnreadableEvent(
                    f"{kind.TOPIC} has payload version {version}; this code reads up to "
                    f"{kind.VERSION}: upgrade before reading this history"
                )
            while version < kind.VERSION:
                payload = self._brought_up(kind, version, payload)
                version += 1
                payload["v"] = version
            return msgspec.convert(payload, kind)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise UnreadableEvent(f"broken payload of a {kind.TOPIC}: {error}") from error

    def _brought_up(self, kind: type[EventBody], version: int, payload: Payload) -> Payload:
        upcaster = self._upcasters.get((kind.TOPIC, version))
        if upcaster is None:
            raise UnreadableEvent(f"nothing brings {kind.TOPIC} up from payload version {version}")
        try:
            # Its result goes through here as well: one that is no payload is a bug of its own.
            return dict(upcaster(payload))
        except Exception as error:  # an upcaster's bug may raise whatever it likes
            raise UnreadableEvent(
                f"bringing {kind.TOPIC} up from payload version {version} failed: "
                f"{type(error).__name__}"
            ) from error


@cache
def _as_they_are(kind: type[EventBody]) -> range:
    """The versions that are read without being brought up: the newest, and where that is sealed,
    the one before it, which says the same in the open.
    """
    sealed = kind.SEALED_SINCE
    return range(min(kind.VERSION, sealed - 1) if sealed else kind.VERSION, kind.VERSION + 1)


CODEC = Codec((HandleClaimed, Registered, Followed, Unfollowed, Published, Deleted, Erased))
