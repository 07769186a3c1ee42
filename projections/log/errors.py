"""What can break in the log.

SlackwaterError (domain)
└── LogError
    ├── StoreUnreachable   Postgres does not answer
    └── EpochMismatch      stream and store hold two different histories
"""

from domain.errors import SlackwaterError


class LogError(SlackwaterError):
    """The log cannot be carried or read."""


class StoreUnreachable(LogError):
    """The event store does not answer; try again later."""


class EpochMismatch(LogError):
    """The stream belongs to another history than the store: one of them was replaced."""
