"""What `slackwater rebuild` was asked to change about a projection."""

from dataclasses import dataclass

from launcher.errors import LaunchError
from projections.greatness import NOBODY_IS_GREAT, Greatness


@dataclass(frozen=True, slots=True)
class Shape:
    """What was said; None: as before."""

    shards: int | None = None
    window: int | None = None
    great_from: int | None = None
    great_until: int | None = None

    def greatness(self, before: Greatness, default: Greatness) -> Greatness:
        """Who is great in the new generation. Raises LaunchError.

        Where nobody was, as in every generation from before there were great authors, the settings
        say it.
        """
        known = before if before.is_possible else default
        begins_at = known.begins_at if self.great_from is None else self.great_from
        ends_at = known.ends_at if self.great_until is None else self.great_until
        if begins_at == 0:
            return NOBODY_IS_GREAT
        if ends_at >= begins_at:
            raise LaunchError(
                f"great authors cannot cease to be with {ends_at:,} followers if they become so "
                f"with {begins_at:,}: name a lower --great-until"
            )
        return Greatness(begins_at, ends_at)
