"""Who follows whom and who writes, drawn at once: long tails on every side, the same for a seed.

The number of followers falls off as a power law (the static model: a person's expected number is
their rank to a negative power). Reference: Goh, Kahng, Kim, "Universal behavior of load
distribution in scale-free networks", Physical Review Letters 87 (2001).
"""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from launcher.scale.sizes import Sizes

Numbers = NDArray[np.int64]
Weights = NDArray[np.float64]

IN_DEGREE_EXPONENT = 2.2
FLAT_TOP = 5
"""Ranks by which the power law is shifted: without it the first would have more than half of all
people as followers."""

FOLLOWING_SIGMA = 1.2
"""Of the logarithm of how many somebody follows."""

ACTIVITY_POWER = 0.5
ACTIVITY_SIGMA = 0.7
"""How much somebody writes: by the root of their fame, and by chance."""


@dataclass(frozen=True, slots=True)
class Network:
    """People go by their place in it, from 0. `follower[i]` follows `followee[i]`, no pair twice.

    `author`: of each post. `activity`: how likely each person is to write, their sum being 1.
    """

    follower: Numbers
    followee: Numbers
    author: Numbers
    activity: Weights


def draw_network(sizes: Sizes, rng: Generator) -> Network:
    """One of these sizes."""
    ranks = rng.permutation(sizes.people)
    fame: Weights = np.power(ranks + FLAT_TOP, -1 / (IN_DEGREE_EXPONENT - 1), dtype=np.float64)
    follows = rng.lognormal(0, FOLLOWING_SIGMA, sizes.people)
    activity = fame**ACTIVITY_POWER * rng.lognormal(0, ACTIVITY_SIGMA, sizes.people)
    pairs = _distinct_pairs(rng, follows, fame, sizes.follows)
    return Network(
        follower=pairs // sizes.people,
        followee=pairs % sizes.people,
        author=draw(rng, activity, sizes.posts),
        activity=activity / activity.sum(),
    )


def draw(rng: Generator, weights: Weights, count: int) -> Numbers:
    """So many places, each as likely as its weight says."""
    sums = np.cumsum(weights)
    found = np.searchsorted(sums, rng.random(count) * sums[-1], side="right")
    return np.minimum(found, len(weights) - 1)  # rounding may lead beyond the last


def _distinct_pairs(rng: Generator, follows: Weights, fame: Weights, wanted: int) -> Numbers:
    """So many pairs, as `follower * people + followee`, ascending."""
    people = len(fame)
    pairs = np.empty(0, np.int64)
    while (missing := wanted - len(pairs)) > 0:
        count = missing + missing // 8 + 16
        follower, followee = draw(rng, follows, count), draw(rng, fame, count)
        others = follower != followee
        fresh = follower[others] * people + followee[others]
        pairs = np.unique(np.concatenate((pairs, fresh)))
    kept = rng.choice(len(pairs), wanted, replace=False, shuffle=False)
    kept.sort()
    return pairs[kept]
