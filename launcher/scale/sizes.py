"""How large a network is to be."""

from dataclasses import dataclass

from launcher.errors import LaunchError

FOLLOWED_SHARE_MAX = 0.1
"""Beyond it nearly every pair with a famous person is taken, and the power law is none any more."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """`follows`: pairs of which the one follows the other at some time. Raises LaunchError."""

    people: int
    follows: int
    posts: int
    seed: int

    def __post_init__(self) -> None:
        most = round(FOLLOWED_SHARE_MAX * self.people * (self.people - 1))
        if self.follows > most:
            raise LaunchError(
                f"{self.people:,} people cannot have {self.follows:,} follows in the shape of a "
                f"real network: at most {most:,}, a tenth of all pairs"
            )
