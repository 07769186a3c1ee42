"""What can break in the log.

SlackwaterError (domain)
└── LogError
    ├── StoreUnreachable   Postgres does not answer
    ├── MalformedEntry     something in the stream that no relay wrote
    └── HistoryMismatch    read models and store hold two different histories
"""

from domain.errors import SlackwaterError


class LogError(SlackwaterError):
    """The log cannot be carried or read."""


class StoreUnreachable(LogError):
    """The event store does not answer; try again later."""


class MalformedEntry(LogError):
    """Something in the stream that no relay wrote; readers cannot pass it."""

    def __init__(self, position: int) -> None:
        super().__init__(
            f"the stream's entry at {position} is not one of ours: 'slackwater verify --repair' "
            "takes it out"
        )
        self.position = position


class HistoryMismatch(LogError):
    """Read models and store hold two different histories: one of them was replaced.

    It passes by itself: the active relay gives the store a new epoch, and every read model is
    built anew from what the store has.
    """

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what}. The store was replaced: the active relay notices, and every read model is "
            "built anew from it under a new epoch"
        )
