"""What can break in the log.

SlackwaterError (domain)
└── LogError
    ├── StoreUnreachable   Postgres does not answer
    ├── MalformedEntry     something in the stream that no relay wrote
    └── HistoryMismatch    stream and store hold two different histories
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
    """The stream holds another history than the store: one of them was replaced."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what}. The store was replaced: stop the query APIs, empty this Redis database, and "
            "start them again; every read model refills from the store"
        )
