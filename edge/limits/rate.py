"""The generic cell rate algorithm (ITU-T I.371): one number for each key says all of its past.

That number is the theoretical arrival time: when a caller who always kept to the rate would come
next. A call is let through if it comes at most a burst ahead of that.
"""

import re
from dataclasses import dataclass

_WRITTEN = re.compile(r"(?P<calls>[0-9]+)/(?P<seconds>[0-9]+)s(?: burst (?P<burst>[0-9]+))?")


@dataclass(frozen=True, slots=True)
class Rate:
    """So many `calls` in so many `seconds`, of which a `burst` may come at once."""

    calls: int
    seconds: int
    burst: int

    @classmethod
    def parse(cls, written: str) -> "Rate | None":
        """`60/60s burst 20`; without a burst, all calls may come at once. "": none.

        Raises ValueError.
        """
        if not written:
            return None
        found = _WRITTEN.fullmatch(written)
        if found is None or not int(found["calls"]) or not int(found["seconds"]):
            raise ValueError(f"{written!r} is no rate: write it as '60/60s burst 20'")
        calls = int(found["calls"])
        return cls(calls, int(found["seconds"]), int(found["burst"] or calls) or 1)

    def times(self, factor: int) -> "Rate":
        """For so many callers together."""
        return Rate(self.calls * factor, self.seconds, self.burst * factor)

    @property
    def interval(self) -> float:
        """Seconds between two calls of one who keeps to the rate."""
        return self.seconds / self.calls

    @property
    def ahead_max(self) -> float:
        """How far ahead of the rate a caller may be, in seconds."""
        return self.interval * self.burst

    def next_arrival(self, arrival: float, now: float) -> float:
        """The arrival time after a call now."""
        return max(arrival, now) + self.interval

    def wait(self, next_arrival: float, now: float) -> float:
        """How long a call is too early, in seconds; 0: it may come."""
        return max(0.0, next_arrival - now - self.ahead_max)

    def remaining(self, arrival: float, now: float) -> int:
        """How many calls may come at once now."""
        return max(0, int((self.ahead_max - max(0.0, arrival - now)) / self.interval + 1e-9))
