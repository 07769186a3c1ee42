"""Why a read has no answer.

SlackwaterError (domain)
└── NotFound    nothing with this id is visible, as of the position in the message
"""

from domain.errors import SlackwaterError


class NotFound(SlackwaterError):
    """Nothing with this id is visible yet, or any more."""
