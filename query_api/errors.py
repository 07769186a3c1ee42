"""Why a read has no answer.

SlackwaterError (domain)
├── NotFound        nothing with this id is visible, as of a position
├── RedisAway       Redis does not answer, or has not a moment ago
└── NoStoreAnswers  Redis has no answer, nor has Postgres in its place
"""

from domain.errors import SlackwaterError
from query_api.freshness import Freshness


class NotFound(SlackwaterError):
    """Nothing with this id is visible: not yet, or not any more."""

    def __init__(self, what: str, fresh: Freshness) -> None:
        super().__init__(f"as of position {fresh.as_of} there is no {what}")
        self.fresh = fresh


class RedisAway(SlackwaterError):
    """It is not asked again before it has answered a probe."""


class NoStoreAnswers(SlackwaterError):
    """Nothing is lost; try again later."""
