"""A write as its client knows it: what it is to do, under which key, and what became of it."""

import uuid
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Effect = tuple[str, str]
"""What a write leaves in the event store: a kind (text, deletion, handle, pair) and which one."""


class State(StrEnum):
    """What is known of a write."""

    UNCLEAR = "unclear"
    QUEUED = "queued"
    DONE = "done"
    REFUSED = "refused"


@dataclass(slots=True)
class Write:
    """Sent with the same Idempotency-Key until its outcome is clear."""

    method: str
    path: str
    effect: Effect
    body: dict[str, Any] | None = None
    key: str = field(default_factory=lambda: uuid.uuid4().hex)
    state: State = State.UNCLEAR
    attempts: int = 0
    command: str | None = None
    """Where to ask what became of it, if it was queued."""

    position: int | None = None
    answer: dict[str, Any] = field(default_factory=dict[str, Any])
    why: str = ""

    @property
    def acknowledged(self) -> bool:
        """Whether the client may rely on it."""
        return self.state in {State.DONE, State.QUEUED}

    @property
    def times(self) -> tuple[int, int]:
        """How often its effect may stand in the store: at least, at most."""
        least = int(self.acknowledged)
        return least, least or int(self.state is State.UNCLEAR)
