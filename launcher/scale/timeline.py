"""In which order a network came about: everything after what it rests on, all kinds mixed.

Time runs from 0 to 1.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from launcher.scale.network import Network, Numbers, Weights

UNFOLLOWED_SHARE = 0.03
FOLLOWED_AGAIN_SHARE = 0.2
"""Of those that were unfollowed."""

DELETED_SHARE = 0.02


class Step(IntEnum):
    """What happens. Of two steps at one time, the lower goes first."""

    REGISTER = 0
    FOLLOW = 1
    UNFOLLOW = 2
    FOLLOW_AGAIN = 3
    PUBLISH = 4
    DELETE = 5


@dataclass(frozen=True, slots=True)
class Timeline:
    """The steps in order. `subject`: the place of the person, the pair or the post.

    `position`: of each step's (last) event, counted from 1; a registration has two events.
    """

    step: NDArray[np.int8]
    subject: NDArray[np.int32]
    time: Weights
    position: Numbers

    @property
    def events(self) -> int:
        """How many all steps have."""
        return int(self.position[-1])

    def positions_of(self, step: Step) -> Numbers:
        """By subject: where its step of this kind stands; only for kinds that all subjects have."""
        chosen = self.step == step
        positions = np.empty(int(chosen.sum()), np.int64)
        positions[self.subject[chosen]] = self.position[chosen]
        return positions


def lay_out(people: int, network: Network, rng: Generator) -> Timeline:
    """A plausible order: people come ever faster, and follow and write from then on."""
    joined = np.sqrt(rng.random(people))
    joined.sort()
    followed = _later(rng, np.maximum(joined[network.follower], joined[network.followee]))
    published = _later(rng, joined[network.author])
    left = _some(rng, len(followed), UNFOLLOWED_SHARE)
    left_at = _later(rng, followed[left])
    again = _some(rng, len(left), FOLLOWED_AGAIN_SHARE)
    deleted = _some(rng, len(published), DELETED_SHARE)
    parts = {
        Step.REGISTER: (np.arange(people), joined),
        Step.FOLLOW: (np.arange(len(followed)), followed),
        Step.UNFOLLOW: (left, left_at),
        Step.FOLLOW_AGAIN: (left[again], _later(rng, left_at[again])),
        Step.PUBLISH: (np.arange(len(published)), published),
        Step.DELETE: (deleted, _later(rng, published[deleted])),
    }
    time = np.concatenate([times for _, times in parts.values()])
    order = np.argsort(time, kind="stable")
    sizes = [len(times) for _, times in parts.values()]
    step = np.repeat(np.array(list(parts), np.int8), sizes)[order]
    subject = np.concatenate([s.astype(np.int32) for s, _ in parts.values()])[order]
    events = np.where(step == Step.REGISTER, 2, 1)
    return Timeline(step, subject, time[order], np.cumsum(events))


def _later(rng: Generator, times: Weights) -> Weights:
    return times + (1 - times) * rng.random(len(times))


def _some(rng: Generator, count: int, share: float) -> Numbers:
    chosen = rng.choice(count, round(share * count), replace=False, shuffle=False)
    chosen.sort()
    return chosen
