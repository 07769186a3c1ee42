"""The phases, one after the other: written, rebuilt, relayed, read, verified."""

import threading
import time
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import cast
from uuid import UUID

import numpy as np
import psycopg
from redis import Redis
from rich.console import Console

from command_api.application import Slackwater
from launcher.errors import StoppedWhileStarting
from launcher.progress_bar import ProgressBar
from launcher.scale.history import MadeHistory
from launcher.scale.machine import SERVERS, Machine
from launcher.scale.measured_command import Measured, measured
from launcher.scale.memory import family_bytes, own_peak_bytes, peak_bytes, valkey_bytes
from launcher.scale.network import draw
from launcher.scale.reading import Posting, read_feeds
from launcher.scale.report import Report
from launcher.scale.valkey_kinds import kinds_of_home_feed
from launcher.scale.writing import write_history
from launcher.token_key import access_tokens
from projections.catalogue import NAMES
from projections.derived import DerivedReadModels
from projections.log.stream import Stream
from projections.relational.keys import RELATIONAL
from projections.worker import connect_redis

told = Console(stderr=True)

PEOPLE_READING_MAX = 5_000
LOOK_EVERY_SECONDS = 0.2
WEIGH_EVERY_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Effort:
    """How long feeds are read each time, how many posts a second meanwhile, and whether the
    relational projection takes part."""

    read_seconds: float
    posts_per_second: float
    tables: bool


class Performance:
    """Everything that is found goes into the report; `stop` ends it with StoppedWhileStarting."""

    def __init__(
        self, machine: Machine, effort: Effort, report: Report, stop: threading.Event
    ) -> None:
        self._machine = machine
        self._effort = effort
        self._report = report
        self._stop = stop
        self._weigh_at = 0.0
        self._names = [*NAMES, *([RELATIONAL] if effort.tables else [])]

    def run(self) -> None:
        """All of it. Raises LaunchError."""
        with self._timed("draw"):
            history = MadeHistory(self._report.sizes)
        self._report.events = history.timeline.events
        with self._timed("start servers"):
            self._machine.start_servers()
        with (
            closing(Slackwater(self._machine.database_url)) as write_model,
            closing(connect_redis(self._machine.redis_url)) as redis,
        ):
            write_model.open()
            self._write(history)
            readers = self._readers(history)
            del history  # its columns are not needed any more, and large
            for name in self._names:
                self._rebuild(name, redis)
            self._relay(redis)
            self._read(readers, write_model, redis)
            self._verify(redis)
            self._weigh_all(redis)

    def _write(self, history: MadeHistory) -> None:
        with self._timed("write"), ProgressBar("bench scale") as progress:
            total = history.timeline.events
            url = self._machine.database_url
            write_history(url, history.events(), total, progress, self._go_on)

    def _rebuild(self, name: str, redis: Redis) -> None:
        before, _ = valkey_bytes(redis)
        with self._timed(f"rebuild {name}"):
            done = self._command("rebuild", name)
        self._report.peak(f"rebuild {name}", done.peak_bytes)
        self._report.projections += done.answer
        if name != RELATIONAL:
            self._report.valkey_grew[name] = valkey_bytes(redis)[0] - before

    def _relay(self, redis: Redis) -> None:
        """The log goes into the stream, of which the newest part stays; then all stand by."""
        stream, models, head = Stream(redis), DerivedReadModels(redis, NAMES), self._report.events
        with self._timed("relay"):
            self._machine.start("relay")
            self._until("relaying", stream.last_position, head)
        with self._timed("projectors"):
            for number in range(1, self._machine.settings.projectors + 1):
                self._machine.start(f"projector-{number}")
            if self._effort.tables:
                self._machine.start("relational-projector")
            self._until("projecting", models.slowest_position, head)

    def _readers(self, history: MadeHistory) -> list[UUID]:
        """Who is active reads, and writes, more often."""
        rng = np.random.default_rng(self._report.sizes.seed)
        places = draw(rng, history.network.activity, PEOPLE_READING_MAX).tolist()
        return [history.person_id(place) for place in places]

    def _read(self, people: list[UUID], write_model: Slackwater, redis: Redis) -> None:
        tokens = access_tokens(self._machine.settings)
        signed = [tokens.issue(person) for person in people]
        posting = Posting(write_model, people, self._effort.posts_per_second)
        address = self._machine.serve_queries()
        seconds = self._effort.read_seconds
        with ProgressBar("bench scale") as progress:
            progress.begin("reading, all is quiet", None)
            with self._timed("read idle"):
                self._report.idle = read_feeds(address, signed, seconds, self._look)
            progress.begin("reading while it projects", None)
            with self._timed("read while it projects"):
                self._report.projecting = read_feeds(address, signed, seconds, self._look, posting)
        models, head = DerivedReadModels(redis, NAMES), write_model.recorder.select_head()
        with self._timed("catch up"):
            self._until("projecting", models.slowest_position, head)

    def _verify(self, redis: Redis) -> None:
        with self._timed("verify"):
            done = self._command("verify", *self._names)
        self._report.peak("verify", done.peak_bytes)
        self._report.equal = done.answer["equal"]
        self._report.checked = sum(
            item["checked"]
            for projection in done.answer["projections"]
            for item in projection["items"].values()
        )
        with self._timed("weigh keys"), ProgressBar("bench scale") as progress:
            self._report.kinds = kinds_of_home_feed(redis, progress, self._go_on)

    def _command(self, *arguments: str) -> Measured:
        return measured(list(arguments), self._machine.environment, self._stop, self._go_on)

    @contextmanager
    def _timed(self, phase: str) -> Generator[None]:
        self._go_on()
        with self._report.timed(phase):
            yield
        told.print(f"{phase}: {self._report.seconds[phase]:,.1f} s", highlight=False)
        self._weigh_processes()

    def _until(self, what: str, position: Callable[[], int], head: int) -> None:
        with ProgressBar("bench scale") as progress:
            progress.begin(what, head)
            while (at := position()) < head:
                self._go_on()
                progress.at(at, f"{at:,} of {head:,}")
                self._stop.wait(LOOK_EVERY_SECONDS)

    def _go_on(self) -> None:
        """As `_look`; every few seconds all processes are weighed, ServerFailed if one has died."""
        self._look()
        if time.monotonic() >= self._weigh_at:
            self._weigh_processes()

    def _look(self) -> None:
        """Raises StoppedWhileStarting if it was asked for. Takes no time from what is measured."""
        if self._stop.is_set():
            raise StoppedWhileStarting("asked to stop before the end")

    def _weigh_processes(self) -> None:
        for name, pid in self._machine.pids.items():
            self._report.peak(name, family_bytes(pid) if name in SERVERS else peak_bytes(pid))
        self._report.peak("bench scale itself", own_peak_bytes())
        self._weigh_at = time.monotonic() + WEIGH_EVERY_SECONDS

    def _weigh_all(self, redis: Redis) -> None:
        used, peak = valkey_bytes(redis)
        self._report.valkey_grew["all of it"] = used
        self._report.peaks["valkey (allocated)"] = peak
        statement = files("launcher.scale").joinpath("select_sizes.sql").read_text(encoding="utf-8")
        with psycopg.connect(self._machine.database_url) as connection:
            row = connection.execute(statement.encode()).fetchone()
        store, database = cast("tuple[int, int]", row)
        self._report.disk = {
            "event store": store,
            "all of the database": database,
            "Valkey's append-only file": _size(self._machine.directory.path / "valkey"),
        }


def _size(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file())
