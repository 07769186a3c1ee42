"""Why a command could not be carried out, beyond the domain's own refusals.

SlackwaterError (domain)
└── CommandError
    ├── HandleTaken          someone has the handle
    ├── PersonNotFound       no person has this id
    ├── PostNotFound         no post has this id
    ├── TooMuchContention    every try lost its race
    ├── HistoryUnreadable    an event that the decision rests on cannot be read
    └── StoreUnavailable     the event store cannot be reached
        └── OutcomeUnknown   it went away over the commit
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
