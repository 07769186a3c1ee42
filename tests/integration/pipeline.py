"""A whole pipeline in one process, stepped by hand: what a test wants to happen, happens now."""

import time
from collections.abc import Generator
from dataclasses import dataclass, field

from redis import Redis

from command_api.application import Slackwater
from projections.catalogue import NAMES, PROJECTIONS
from projections.derived import DerivedReadModels
from projections.generations import Generations
from projections.greatness import NOBODY_IS_GREAT, Greatness
from projections.log.entry import Entry
from projections.log.quarantine import Policy, Quarantine
from projections.log.reader import LogReader
from projections.log.relay import STREAM_ENTRIES_MAX, Relay
from projections.log.store import Store
from projections.log.stream import Stream
from projections.membership import Member
from projections.projector import Projector
from projections.shards import Checkpoint, Shard

PATIENCE_SECONDS = 20.0

ROUND_SECONDS_MIN = 0.005
"""Between two rounds of steps. The steps themselves wait for nobody else."""


def no_wait(_: float) -> None:
    """Instead of a pause."""


def patiently() -> Generator[None]:
    """Goes on and on, but not for ever."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        yield
        time.sleep(ROUND_SECONDS_MIN)


@dataclass(slots=True)
class Pipeline:
    """Write model, store, stream and workers, all real."""

    write_model: Slackwater
    store: Store
    redis: Redis
    shards: int = 2
    window: int = 500
    great: Greatness = NOBODY_IS_GREAT
    stream: Stream = field(init=False)
    generations: Generations = field(init=False)
    read_models: DerivedReadModels = field(init=False)
    own_relay: Relay = field(init=False)
    _opened: list[Quarantine] = field(default_factory=list[Quarantine])

    def __post_init__(self) -> None:
        self.stream = Stream(self.redis)
        self.generations = Generations(self.redis)
        self.read_models = DerivedReadModels(self.redis, NAMES)
        self.own_relay = self.relay()

    def relay(self, entries_max: int = STREAM_ENTRIES_MAX) -> Relay:
        """A new relay."""
        member = Member(self.redis, "relay")
        return Relay(
            self.store, self.stream, member, self.read_models,
            entries_max=entries_max, idle_seconds=0,
        )  # fmt: skip

    def projector(self, poison: Policy = "stop", *, cold_after: float = 0) -> Projector:
        """A new projector."""
        return Projector(
            self.redis,
            LogReader(self.stream, self.store),
            self.quarantine(poison),
            Member(self.redis, "projector"),
            PROJECTIONS,
            shards=self.shards,
            window=self.window,
            great=self.great,
            cold_after=cold_after,
            idle_seconds=0,
        )

    def quarantine(self, poison: Policy = "stop") -> Quarantine:
        """The quarantine beside this store, as one reader of the log keeps it."""
        self._opened.append(Quarantine(self.store._url, poison))
        return self._opened[-1]

    def people(self, count: int) -> list[int]:
        """Registers so many people and returns their numbers."""
        return [
            self.write_model.register(handle=f"person_{n}", display_name=None).position
            for n in range(count)
        ]

    def head(self) -> int:
        """The newest position in the store."""
        return self.write_model.recorder.max_notification_id() or 0

    def checkpoints(self) -> dict[Shard, Checkpoint]:
        """Where every shard stands."""
        generations = self.generations.active(NAMES)
        return self.generations.checkpoints([s for g in generations for s in g.all_shards()])

    def slowest_position(self) -> int:
        """Where the slowest shard stands."""
        return self.read_models.slowest_position()

    def has_carried_all(self, *, after: int = 0) -> list[Entry]:
        """The stream has what the store has, but for the keys of people; returns what it has."""
        carried = self.stream.read_after(0, 100)
        assert self.store.with_keys(carried) == self.store.read_after(after, 100)
        assert not any(entry.key for entry in carried)
        return carried

    def carry(self, relay: Relay | None = None) -> None:
        """Steps the relay, or this pipeline's own, until the stream holds everything."""
        relay = relay or self.own_relay
        for _ in patiently():
            if self.stream.last_position() == self.head():
                return
            relay.step(no_wait)
        raise AssertionError("the relay did not carry everything")

    def project(self, *projectors: Projector) -> None:
        """Steps the projectors in turns until every shard stands at the head."""
        for _ in patiently():
            for projector in projectors:
                projector.step()
            found = self.checkpoints()
            if found and set(found.values()) == {Checkpoint(self.head())}:
                return
        raise AssertionError(f"the projectors did not catch up: {self.checkpoints()}")

    def close(self) -> None:
        """Closes what was opened for it."""
        for each in self._opened:
            each.close()
