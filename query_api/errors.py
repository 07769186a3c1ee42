"""Why a read has no answer.

SlackwaterError (domain)
└── NotFound    nothing with this id is visible, as of a position
"""

from domain.errors import SlackwaterError


class NotFound(SlackwaterError):
    """Nothing with this id is visible as of `as_of`: not yet, or not any more."""

    def __init__(self, what: str, as_of: int) -> None:
        super().__init__(f"as of position {as_of} there is no {what}")
        self.as_of = as_of
