"""What a projection may answer instead of data.

SlackwaterError (domain)
├── ProjectionUnavailable      this read model is not here (yet): that is not the same as empty
│   └── ProjectionBehind       it is here, but has not come as far as is asked for
├── RelationalUnreachable      Postgres, which holds the relational projection, does not answer
└── GenerationRefused          a generation is not what somebody wants to do something with
"""

from domain.errors import SlackwaterError


class ProjectionUnavailable(SlackwaterError):
    """No checkpoint, so nothing is known. Never to be served as an empty answer."""


class ProjectionBehind(ProjectionUnavailable):
    """The read model is below the position that is asked for; it gets there by itself."""


class RelationalUnreachable(SlackwaterError):
    """Postgres does not answer, or not in time; try again later."""


class GenerationRefused(SlackwaterError):
    """There is no such generation, or it is active, or somebody else is at it."""
