"""One history of the campaign while it is going on: the log, what stands in Redis, who is at work.

Nothing here decides what is right: that is what the properties do.
"""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from projections.catalogue import PROJECTIONS
from projections.generations import Generations
from projections.history.events import Event
from projections.home_feed.keys import HOME_FEED
from projections.log.entry import Entry
from projections.shards import Checkpoint, Generation, Shard
from tests.convergence.windows import Window
from tests.prove.look import Look, Looker
from tests.prove.model import NOBODY, Model, Rule
from tests.prove.network import Network
from tests.prove.plan import Plan
from tests.prove.tally import Tally


@dataclass(slots=True)
class Bench:
    """What the histories of one process share: its servers, and who looks at them."""

    redis: Redis
    async_redis: AsyncRedis
    loop: asyncio.AbstractEventLoop
    database_url: str
    looker: Looker = field(init=False)
    generations: Generations = field(init=False)

    def __post_init__(self) -> None:
        self.looker = Looker(self.redis)
        self.generations = Generations(self.redis)


class Differs(Exception):
    """A property does not hold."""

    def __init__(self, claim: str, message: str) -> None:
        super().__init__(f"{claim}: {message}")
        self.property = claim
        self.message = message


@dataclass(frozen=True, slots=True)
class Recorded:
    """A live feed as it was seen on the way, as of a position."""

    person: int
    position: int
    window: Window


@dataclass(slots=True)
class Run:
    """The state of one history."""

    bench: Bench
    number: int
    rng: random.Random
    plan: Plan
    tally: Tally
    entries: list[Entry] = field(init=False)
    rule: Rule = field(init=False)
    network: Network = field(init=False)
    out: int = 0
    """So many entries have been written: the others are still to come."""

    recorded: list[Recorded] = field(default_factory=list[Recorded])
    furthest: dict[Shard, Checkpoint] = field(default_factory=dict[Shard, Checkpoint])
    """Where each shard was last seen."""

    held: dict[Shard, Look] = field(default_factory=dict[Shard, Look])
    """Each shard as it was last seen: it may have been held then."""

    disturbed: set[Shard] = field(default_factory=set[Shard])
    """Shards whose checkpoint went back because somebody took it back: old calls fit again."""

    account: list[str] = field(default_factory=list[str])
    _models: dict[tuple[Generation, frozenset[tuple[int, int]]], Model] = field(
        default_factory=dict[tuple[Generation, frozenset[tuple[int, int]]], Model]
    )
    _active: dict[str, Generation] = field(default_factory=dict[str, Generation])

    def __post_init__(self) -> None:
        self.entries = self.plan.log.entries
        self.rule = Rule(self.entries)
        self.network = Network(self.bench.redis, self.rng, self.tally, self.plan.faults)

    @property
    def people(self) -> list[int]:
        """Everybody whom the whole log ever registers."""
        return self.plan.log.people

    @property
    def head(self) -> int:
        """The newest position that has been written."""
        return self.entries[self.out - 1].position if self.out else 0

    def model(self, generation: Generation, warmed: Mapping[int, int] = NOBODY) -> Model:
        """The states of a generation of this shape, in which these feeds have been built again."""
        key = replace(generation, number=0), frozenset(warmed.items())
        if key not in self._models:
            self._models[key] = Model(self.entries, generation, warmed)
        return self._models[key]

    def written(self) -> list[Entry]:
        """The log as far as it has been written."""
        return self.entries[: self.out]

    def copied(self, until: int) -> list[Event]:
        """The events up to a position, as bulk paths take them."""
        return [
            Event(e.position, e.originator_id.bytes, e.body)
            for e in self.entries
            if e.position <= until
        ]

    def index_after(self, position: int) -> int:
        """Which entry is the first one above a position."""
        return next((n for n, e in enumerate(self.entries) if e.position > position), self.out)

    def look(self, shard: Shard) -> Look:
        """What stands in a shard of the home feed."""
        return self.bench.looker.at(shard, self.people)

    def active(self, projection: str = HOME_FEED) -> Generation:
        """The active generation, as of the last look at the registry."""
        if projection not in self._active:
            self._active[projection] = self.bench.generations.active([projection])[0]
        return self._active[projection]

    def look_at_the_registry_again(self) -> None:
        """Another generation may have become the active one."""
        self._active.clear()

    def tell(self, what: str) -> None:
        """Notes what was done, for the account of a history that fails."""
        self.account.append(what)

    def hold(self, claim: Callable[..., int], *of: Any) -> None:
        """Holds what was found against a property, and counts what it compared.

        Raises Differs.
        """
        name = claim.__name__
        try:
            self.tally.checks[name] += claim(self, *of)
        except AssertionError as error:
            raise Differs(name, str(error) or "it does not hold") from error

    def moved_back(self, shard: Shard) -> None:
        """Somebody took a shard's checkpoint back: it may be seen lower than before."""
        self.furthest.pop(shard, None)
        self.held.pop(shard, None)
        self.disturbed.add(shard)


def projections_of(plan: Plan) -> list[str]:
    """The projections that a history feeds."""
    names = [projection.name for projection in PROJECTIONS]
    return names if plan.has_facts else [HOME_FEED]
