"""Why a command could not be carried out, beyond the domain's own refusals.

SlackwaterError (domain)
└── CommandError
    ├── HandleTaken          someone has the handle
    ├── PersonNotFound       no person has this id
    ├── PostNotFound         no post has this id
    ├── TooMuchContention    every try lost its race
    ├── HistoryUnreadable    an event that the decision rests on cannot be read
    ├── KeyUsedOtherwise     its Idempotency-Key belongs to another request
    ├── PersonErased         it was carried out, and whose it was is erased since
    ├── StillInFlight        the same command is being carried out at this moment
    ├── RejectedBefore       accepted into the journal, and refused when its turn came
    ├── StoreUnavailable     the event store cannot be reached
    │   └── OutcomeUnknown   it went away over the commit
    └── JournalError         the journal does not take it
        ├── JournalFull      as many commands wait as may wait
        ├── JournalFailed    the disk is full or failing
        └── JournalUnusable  it cannot be opened: another process has it, or it is damaged
"""

from domain.errors import SlackwaterError


class CommandError(SlackwaterError):
    """A command that was not carried out, as far as is known."""


class HandleTaken(CommandError):
    """The handle belongs to someone, in this or another letter case."""


class PersonNotFound(CommandError):
    """No registered person has this id."""


class PostNotFound(CommandError):
    """No post was ever published under this id."""


class TooMuchContention(CommandError):
    """The same aggregate was changed by others at every try."""


class HistoryUnreadable(CommandError):
    """A stored event on which the decision rests cannot be read; nothing was stored."""


class StoreUnavailable(CommandError):
    """The event store cannot be reached; unless it is OutcomeUnknown, nothing was stored."""


class OutcomeUnknown(StoreUnavailable):
    """The event store went away over the commit: the command may have been carried out."""


class KeyUsedOtherwise(CommandError):
    """The Idempotency-Key came with another request before."""

    def __init__(self) -> None:
        super().__init__(
            "this Idempotency-Key came with another request before; use a new key for a new one"
        )


class PersonErased(CommandError):
    """The request was carried out before, and whose it was is erased since."""

    def __init__(self) -> None:
        super().__init__(
            "this request was carried out before, and its person is erased since; to register "
            "somebody new, choose another handle and a new Idempotency-Key"
        )


class StillInFlight(CommandError):
    """The same command is being carried out at this moment."""


class RejectedBefore(CommandError):
    """The same command was accepted into the journal, and refused when its turn came."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class JournalError(CommandError):
    """The journal on this machine's disk does not take a command; nothing was accepted."""


class JournalFull(JournalError):
    """As many commands wait in the journal as may wait."""


class JournalFailed(JournalError):
    """The journal could not be read or written: a full or failing disk."""


class JournalUnusable(JournalError):
    """The journal cannot be opened: another process has it, or it is damaged."""
