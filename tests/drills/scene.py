"""The scene of a drill: every process of `slackwater up`, and hands that can reach into it."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
from redis import Redis

from launcher.supervisor import Tell
from tests.waiting import until
from tests.whole_system import Running, whole_system

SHARDS = 3
LISTENING = {"command-api": "/command-api/readyz", "query-api": "/query-api/readyz"}


class Scene:
    """A running system. Its supervisor starts again whatever dies, as for everybody."""

    def __init__(self, running: Running) -> None:
        self.system = running.system
        self.addresses = running.addresses
        self.supervisor = running.system.supervisor
        self.played: list[str] = []
        """The drills that took place here."""

        self.redis = Redis.from_url(running.addresses.redis_url)

    @property
    def valkey_directory(self) -> Path:
        """Where Valkey keeps what it knows."""
        return self.system.directory.path / "valkey"

    def pid(self, name: str) -> int:
        """Of a program that runs."""
        child = self.supervisor.child(name)
        assert child is not None, f"{name} does not run"
        return child.pid

    def stop(self, *names: str) -> None:
        """Stops programs in good order, and returns when they have stopped."""
        for name in names:
            self.supervisor.want(name, running=False)
        until(lambda: not any(map(self.supervisor.is_running, names)), f"{names} stop")

    def start(self, *names: str) -> None:
        """Lets programs run again."""
        for name in names:
            self.supervisor.want(name, running=True)

    @contextmanager
    def with_environment(self, name: str, given: Mapping[str, str]) -> Generator[None]:
        """The program runs with these variables as well, and in the end as before."""
        charge = self.supervisor._charges[name]
        before = charge.program
        environment = {**before.environment, **given}
        self.stop(name)
        charge.program = replace(before, environment=environment)
        self._start_and_wait(name)
        try:
            yield
        finally:
            self.stop(name)
            charge.program = before
            self._start_and_wait(name)

    def _start_and_wait(self, name: str) -> None:
        self.start(name)
        until(lambda: self.supervisor.is_running(name), f"{name} runs")
        if path := LISTENING.get(name):
            with httpx.Client(base_url=self.addresses.gateway) as http:
                until(lambda: http.get(path).is_success, f"{name} is ready")


@contextmanager
def drill_scene(place: Path, tell: Tell) -> Generator[Scene]:
    """A system for drills, its data below `place`, for as long as the context is."""
    with whole_system(place, tell=tell, shards=SHARDS) as running:
        scene = Scene(running)
        try:
            yield scene
        finally:
            scene.redis.close()
