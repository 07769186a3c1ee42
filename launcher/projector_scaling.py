"""How many projectors should run: more while feeds stay behind, fewer again after a calm time.

No clock and no process here: one look at the lag leads from one state to the next.
"""

from dataclasses import dataclass, replace

UP_AFTER_SECONDS = 5.0
"""The lag has to be too long for so long, also since the last one was started: a new worker needs
its time to take its share."""

DOWN_AFTER_SECONDS = 60.0
"""It has to be short for so long before one is stopped, and again for the next."""

CALM_SHARE = 0.25
"""Short is this part of what is too long. In between nothing is changed."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How many projectors at least and at most, and which lag is too long."""

    minimum: int
    maximum: int
    lag_seconds: float


@dataclass(frozen=True, slots=True)
class Scale:
    """How many should run now, and since when the lag has been too long, or short."""

    projectors: int
    behind_since: float | None = None
    calm_since: float | None = None


def next_scale(rule: Rule, scale: Scale, lag_seconds: float | None, now: float) -> Scale:
    """The scale after a look at the lag; None: nobody can tell it, so nothing is changed."""
    if lag_seconds is None:
        return Scale(scale.projectors)
    if lag_seconds > rule.lag_seconds:
        return _behind(rule, replace(scale, calm_since=None), now)
    if lag_seconds <= CALM_SHARE * rule.lag_seconds:
        return _calm(rule, replace(scale, behind_since=None), now)
    return Scale(scale.projectors)


def _behind(rule: Rule, scale: Scale, now: float) -> Scale:
    since = now if scale.behind_since is None else scale.behind_since
    if now - since < UP_AFTER_SECONDS or scale.projectors >= rule.maximum:
        return replace(scale, behind_since=since)
    return Scale(scale.projectors + 1, behind_since=now)


def _calm(rule: Rule, scale: Scale, now: float) -> Scale:
    since = now if scale.calm_since is None else scale.calm_since
    if now - since < DOWN_AFTER_SECONDS or scale.projectors <= rule.minimum:
        return replace(scale, calm_since=since)
    return Scale(scale.projectors - 1, calm_since=now)
