"""What a projection may answer instead of data.

SlackwaterError (domain)
└── ProjectionUnavailable    this read model is not here (yet): that is not the same as empty
"""

from domain.errors import SlackwaterError


class ProjectionUnavailable(SlackwaterError):
    """No checkpoint, so nothing is known. Never to be served as an empty answer."""
