"""Why a stream of changes cannot begin, or ends.

SlackwaterError (domain)
└── StreamEnded    what comes next cannot be told now; a client that comes again goes on from there
"""

from domain.errors import SlackwaterError


class StreamEnded(SlackwaterError):
    """The stream ends here; nothing was left out before."""
