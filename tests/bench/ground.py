"""The ground that rows stand on: real servers, an empty database or Valkey for whoever asks."""

import shutil
import sys
import tempfile
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar, cast

from redis import Redis

from launcher.child import Child
from launcher.embedded_valkey import EmbeddedValkey
from projections.worker import connect_redis
from tests.bench.effort import Effort
from tests.servers import Servers, embedded_servers, empty_database
from tests.waiting import until

Made = TypeVar("Made")

PEERS = Path(sys.prefix) / "bench-peers"
"""Beside what else was installed, where nobody takes their files for ours."""


class Ground:
    """One Postgres for the whole run; databases in it, and Valkeys beside it, come and go.

    Use it as a context. `place`: files of this run, removed in the end. `kept`: what later runs
    need not fetch again.
    """

    def __init__(
        self, servers: Servers, place: Path, kept: Path, effort: Effort, seed: int
    ) -> None:
        self.servers = servers
        self.place = place
        self.kept = kept
        self.effort = effort
        self.seed = seed
        self._numbers = count(1)
        self._shared: dict[Callable[..., Any], Any] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.close()

    def shared(self, make: "Callable[[Ground], AbstractContextManager[Made]]") -> Made:
        """What several rows need alike: made once, and kept until the end of the run."""
        if make not in self._shared:
            self._shared[make] = self._stack.enter_context(make(self))
        return cast("Made", self._shared[make])

    @contextmanager
    def database(self) -> Generator[str]:
        """The URL of an empty database."""
        with empty_database(self.servers.postgres_url) as url:
            yield url

    @contextmanager
    def valkey(self) -> Generator[tuple[str, Redis]]:
        """The URL of an empty Valkey, and a client of it."""
        name = f"valkey-{next(self._numbers)}"
        valkey = EmbeddedValkey(self.place / name, self.place / f"{name}.log")
        valkey.prepare()
        child = Child(valkey.program)
        try:
            until(valkey.accepts_connections, f"{name} answers")
            with connect_redis(valkey.url) as client:
                yield valkey.url, client
        finally:
            child.ask_to_stop()
            child.wait()

    def file(self, name: str) -> Path:
        """A new file's path; no two alike."""
        return self.place / f"{next(self._numbers)}-{name}"


@contextmanager
def fresh_ground(effort: Effort, seed: int) -> Generator[Ground]:
    """Ground on servers of its own; nothing is left of it."""
    place = Path(tempfile.mkdtemp(prefix="slackwater-bench-"))
    place.chmod(0o711)  # as root, Postgres runs as another account, which has to pass through
    try:
        with (
            embedded_servers(place) as servers,
            Ground(servers, place, PEERS, effort, seed) as ground,
        ):
            yield ground
    finally:
        shutil.rmtree(place, ignore_errors=True)
