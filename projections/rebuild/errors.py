"""Why a rebuild, or a change of generations, did not happen. Nothing that serves is changed then.

SlackwaterError (domain)
└── RebuildError
    ├── AlreadyRebuilding    another process is at this projection's generations
    ├── NoSuchGeneration     the number is not one of its generations, or not fit for this
    └── NotSwitched          the new generation could not take over
"""

from domain.errors import SlackwaterError


class RebuildError(SlackwaterError):
    """A rebuild did not happen; the message says why."""


class AlreadyRebuilding(RebuildError):
    """Another process is at work on this projection's generations."""


class NoSuchGeneration(RebuildError):
    """There is no such generation, or it is not fit for what was wanted."""


class NotSwitched(RebuildError):
    """The new generation was built but did not take over."""
