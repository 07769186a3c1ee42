"""What cannot be read: events in quarantine, and events that projections wait in front of."""

from collections.abc import Generator, Iterable
from contextlib import closing, contextmanager
from dataclasses import dataclass

from domain.errors import UnreadableEvent
from projections.catalogue import NAMES
from projections.generations import Generations
from projections.log.quarantine import Poison, Quarantine, Quarantined
from projections.log.store import Store
from projections.rebuild.rebuild import Servers
from projections.relational.generations import RelationalGenerations
from projections.relational.keys import RELATIONAL


@dataclass(frozen=True, slots=True)
class Standing:
    """What the active generation of a projection knows, and the places where its shards stand."""

    projection: str
    release: int
    positions: frozenset[int]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An event that these projections leave out."""

    event: Quarantined
    projections: list[str]


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event that these projections wait in front of."""

    event: Poison
    projections: list[str]


@contextmanager
def quarantine_of(servers: Servers) -> Generator[Quarantine]:
    """The quarantine as an operator sees it: who looks puts nothing into it."""
    with closing(Quarantine(servers.database_url, application="slackwater operator")) as found:
        yield found


def standings(servers: Servers) -> list[Standing]:
    """Of every projection that has been built. Raises StoreUnreachable, RedisError."""
    generations = Generations(servers.redis)
    found = [
        Standing(
            one.projection,
            one.release,
            frozenset(c.position for c in generations.checkpoints(one.all_shards()).values()),
        )
        for one in generations.active(NAMES)
    ]
    with closing(RelationalGenerations(servers.database_url)) as tables:
        found += [
            Standing(RELATIONAL, one.release, frozenset([one.position]))
            for one in tables.all()
            if one.active
        ]
    return found


def left_out(quarantine: Quarantine, standing: Iterable[Standing]) -> list[LeftOut]:
    """What is left out, by whom, oldest first. Raises StoreUnreachable."""
    known = {one.projection: one.release for one in standing}
    found = [
        LeftOut(event, [name for name, release in known.items() if event.is_left_out_by(release)])
        for event in quarantine.events()
    ]
    return [one for one in found if one.projections or one.event.released is None]


def waiting(quarantine: Quarantine, store: Store, standing: Iterable[Standing]) -> list[Waiting]:
    """What is waited in front of, by whom, oldest first. Raises StoreUnreachable."""
    found: dict[int, Waiting] = {}
    for one in standing:
        for position in one.positions:
            poison = _next(quarantine, store, position, one.release)
            if poison is not None:
                known = found.setdefault(poison.position, Waiting(poison, []))
                if one.projection not in known.projections:
                    known.projections.append(one.projection)
    return [found[position] for position in sorted(found)]


def _next(quarantine: Quarantine, store: Store, position: int, release: int) -> Poison | None:
    """The event after this position, if it cannot be read and nobody may pass it."""
    for entry in store.read_after(position, 1):
        try:
            aggregate = entry.originator_id.bytes
            quarantine.body(entry.position, aggregate, entry.topic, entry.state, release)
        except UnreadableEvent as error:
            return Poison(entry.position, entry.topic, str(error))
    return None
