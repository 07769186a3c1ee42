"""What one history of the campaign is to be: its log, its shape, its faults. All from its seed."""

import random
from dataclasses import dataclass
from typing import Final

from projections.greatness import NOBODY_IS_GREAT, Greatness
from tests.convergence.histories import LogBuilder, Wish, history

ON_POSTGRES_EVERY: Final = 40
"""One history in so many runs on the real event store."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Small windows, few people and small budgets: so that the rare is frequent."""

    log: LogBuilder
    window: int
    shards: int
    great: Greatness
    budget: int
    workers: int
    faults: float
    """With which probability a call of a script meets a fault."""

    has_facts: bool
    """Whether posts and profiles are projected as well."""

    is_verified: bool
    is_replaced: bool
    """Whether a new generation is built on the way and takes over."""

    cools: bool
    """Whether feeds go cold and warm on the way."""


def rng_of(seed: int, number: int) -> random.Random:
    """The one source of chance for the history of this number."""
    return random.Random(f"{seed}:{number}")


def plan_of(rng: random.Random) -> Plan:
    """Draws one."""
    return Plan(
        log=_log(rng),
        window=rng.randint(1, 5),
        shards=rng.randint(1, 3),
        great=greatness_of(rng),
        budget=rng.choice([1, 1, 2, 3, 4, 6, 20]),
        workers=rng.randint(1, 3),
        faults=rng.choice([0.0, 0.05, 0.15, 0.3]),
        has_facts=rng.random() < 0.25,
        is_verified=rng.random() < 0.3,
        is_replaced=rng.random() < 0.5,
        cools=rng.random() < 0.3,
    )


def greatness_of(rng: random.Random) -> Greatness:
    """So low that authors become great, and cease to be, again and again; or not at all."""
    begins_at = rng.choice([0, 1, 2, 3, 4, 4])
    if not begins_at:
        return NOBODY_IS_GREAT
    # Mostly one below: so many are left then that changing them over takes several calls.
    return Greatness(begins_at, rng.choice([begins_at - 1] * 4 + [rng.randrange(begins_at)]))


def _log(rng: random.Random) -> LogBuilder:
    people = rng.randint(2, 7)
    weights = {
        "publish": rng.choice([2, 4, 8]),
        "follow": rng.choice([1, 3, 6]),
        "unfollow": rng.choice([0.5, 1, 3]),
        "delete": rng.choice([0.3, 1, 3]),
        "register": rng.choice([0.0, 0.1]),
        "claim": rng.choice([0, 1, 3]),
        "erase": rng.choice([0, 0, 0.2]),
    }
    whats = rng.choices(list(weights), list(weights.values()), k=rng.randint(15, 75))
    holes = rng.choice([[0], [0, 0, 0, 1, 7], [1]])
    # Old posts are deleted as well as new ones, and anybody unfollows anybody.
    reach = rng.choice([2, 6, 40])
    log = history(
        people,
        [
            Wish(what, rng.randrange(8), rng.randrange(max(8, reach)), rng.choice(holes))
            for what in whats
        ],
    )
    if rng.random() < 0.3:
        _follow_and_unfollow(rng, log)
    return log


def _follow_and_unfollow(rng: random.Random, log: LogBuilder) -> None:
    """Ends the log with a follow that is undone at once, if anybody is left to be followed."""
    who, whom = rng.sample(range(len(log.people)), 2)
    follows = len(log._following)
    log.add(Wish("follow", who, whom, 0))
    if len(log._following) > follows:
        log.add(Wish("unfollow", follows, 0, 0))
