"""Why verification has no verdict.

SlackwaterError (domain)
└── CannotTell    something that is needed for a verdict is missing or does not hold still
"""

from domain.errors import SlackwaterError


class CannotTell(SlackwaterError):
    """Neither equal nor different: the message says what was missing and what to do."""
