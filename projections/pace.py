"""How much one call of a script may do, so that nobody waits long for Redis behind it."""

from typing import Final

CALL_SECONDS: Final = 0.006
"""What a call should take. Readers wait for the one that is under way, and at times for two."""

CHANGE_MAX: Final = 2.0
"""One call that took long, since the machine was busy, says little about the next."""


CALL_DELIVERIES_MIN, CALL_DELIVERIES_MAX = 250, 4_000
"""What a call may do, however slow or fast it is. A short one costs Redis 20 microseconds too."""


STEPS_UP = 64
"""So many calls that came through all they had lead back to the most that is allowed."""


class Pace:
    """So many deliveries a call: fewer where calls take longer than they should, as far as
    `at_least`; more again where they do not, as far as `at_most`.

    A delivery takes Redis 1 microsecond where all feeds are in the processor's caches, 5 where
    they are many, and more where the machine is busy: a fixed number is too many or too few.
    """

    def __init__(self, *, at_most: int, at_least: int) -> None:
        assert 0 < at_least <= at_most, "a call has to do something"
        self.at_most = at_most
        self._at_least = at_least
        self.deliveries = at_most
        """What the next call may do."""

    def took(self, seconds: float) -> None:
        """Learns from a call that did all it was allowed to do."""
        wanted = CALL_SECONDS / max(seconds, CALL_SECONDS / CHANGE_MAX)
        changed = self.deliveries * max(1 / CHANGE_MAX, wanted)
        self.deliveries = min(self.at_most, max(self._at_least, int(changed)))

    def came_through(self) -> None:
        """Learns from a call that had less to do: a moment in which all was slow passes."""
        more = max(1, self.at_most // STEPS_UP)
        self.deliveries = min(self.at_most, self.deliveries + more)


def pace_of(budget: int | None) -> Pace:
    """The usual pace, or, if a budget is given, calls that do so many deliveries however long they
    take.
    """
    return Pace(at_most=budget or CALL_DELIVERIES_MAX, at_least=budget or CALL_DELIVERIES_MIN)
