"""Everything of the compose file as plain processes, started in its order and by its own checks."""

import os
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from launcher.readiness import wait_until_ready
from launcher.supervisor import Supervisor
from tests.compose_test.container import Container
from tests.compose_test.discovery import gateway_asking, tell_prometheus
from tests.compose_test.names import names_told
from tests.compose_test.postgres import PostgresImage
from tests.compose_test.project import Project

REPLICAS = {"query-api": 2, "projector": 3}
"""What `docker compose up --scale` is told; the others are as many as the file says."""

ENDS_BY_ITSELF = {"schema"}
NOT_HERE = {"grafana", "jaeger", "redis-commander"}
"""Only people look at these, and there is no program of theirs in any package that we know."""

RUN_BY_HAND = {"operator"}
ONCE_SECONDS_MAX = 120

Tell = Callable[[str], None]


class Failed(Exception):
    """Says which process failed, and its last words."""


@dataclass(frozen=True, slots=True)
class ComposeSystem:
    """The running processes, each service by its name."""

    containers: dict[str, list[Container]]
    supervisor: Supervisor

    def all(self) -> Iterator[Container]:
        """Every container that stays up."""
        for name, replicas in self.containers.items():
            if name not in RUN_BY_HAND | ENDS_BY_ITSELF:
                yield from replicas

    def url(self, service: str, port: int) -> str:
        """Where the first of a service answers."""
        return f"http://{self.containers[service][0].address}:{port}"


@contextmanager
def compose_system(project: Project, place: Path, tell: Tell) -> Generator[ComposeSystem]:
    """Up for as long as the context is. Raises Failed, ServerFailed if something does not start."""
    supervisor, stop = Supervisor(tell), threading.Event()
    system = ComposeSystem(_containers(project, place), supervisor)
    with ExitStack() as ends:
        ends.callback(supervisor.stop_all)
        _Start(project, system, place, tell, ends).all()
        tending = threading.Thread(target=supervisor.tend, args=(stop,))
        tending.start()
        try:
            yield system
        finally:
            stop.set()
            tending.join()


def _containers(project: Project, place: Path) -> dict[str, list[Container]]:
    """Each at an address of its own, in a network which no other run on this machine has."""
    network, last = f"127.{1 + os.getpid() % 250}.0", 1
    containers: dict[str, list[Container]] = {}
    for name, service in project.services.items():
        if name in NOT_HERE:
            continue
        replicas = REPLICAS.get(name) or service.get("deploy", {}).get("replicas", 1)
        containers[name] = []
        for number in range(1, replicas + 1):
            last += 1
            containers[name].append(Container(project, name, number, f"{network}.{last}", place))
    return containers


class _Start:
    def __init__(
        self, project: Project, system: ComposeSystem, place: Path, tell: Tell, ends: ExitStack
    ) -> None:
        self._project = project
        self._system = system
        self._place = place
        self._tell = tell
        self._ends = ends
        self._names = self._names_of_the_network()
        self._healthy: set[str] = set()

    def all(self) -> None:
        """Starts every service once those before it are as the file wants them."""
        first = {name: addresses[0] for name, addresses in self._names.items()}
        for replicas in self._system.containers.values():
            for container in replicas:
                container.give_files(first)
        self._name_server = self._ends.enter_context(names_told(self._names))
        services = [name for name in self._system.containers if name not in RUN_BY_HAND]
        for name in sorted(services, key=self._depth):
            self._start(name)
        for name in services:
            self._wait_until_healthy(name)

    def _depth(self, name: str) -> int:
        """How many have to be well, one after the other, before it may start: Docker starts what
        waits for the same side by side, and some of it is well only together.
        """
        return 1 + max(map(self._depth, self._needed_by(name)), default=0)

    def _needed_by(self, name: str) -> dict[str, dict[str, str]]:
        return self._project.services[name].get("depends_on", {})

    def _names_of_the_network(self) -> dict[str, list[str]]:
        names: dict[str, list[str]] = {}
        for service, replicas in self._system.containers.items():
            inside = self._project.services[service]["networks"]["inside"] or {}
            for name in (service, *inside.get("aliases", [])):
                names.setdefault(name, []).extend(one.address for one in replicas)
        return names

    def _start(self, name: str) -> None:
        for needed, wish in self._needed_by(name).items():
            if wish["condition"] == "service_healthy":
                self._wait_until_healthy(needed)
        for container in self._system.containers[name]:
            self._tell(f"starting {container.name} at {container.address}")
            self._start_one(container)

    def _start_one(self, container: Container) -> None:
        match container.service:
            case "schema":
                self._run_once(container)
            case "postgres":
                self._start_postgres(container)
            case "gateway":
                self._system.supervisor.add(gateway_asking(container, self._name_server))
            case "prometheus":
                config = Path(container.mounts["/etc/prometheus"]) / "prometheus.yaml"
                tell_prometheus(config, self._names)
                self._system.supervisor.add(container.program)
            case _:
                self._system.supervisor.add(container.program)

    def _run_once(self, container: Container) -> None:
        done = container.run(container.command, ONCE_SECONDS_MAX)
        if done.returncode:
            said = f"{done.stdout}{done.stderr}"
            raise Failed(f"{container.name} ended with code {done.returncode}:\n{said}")

    def _start_postgres(self, container: Container) -> None:
        image = PostgresImage(container, self._place / "postgres")
        self._ends.callback(self._remove_after_stop, image)
        self._system.supervisor.add(image.program)
        self._wait(container, image.accepts_connections)
        image.make_database()

    def _remove_after_stop(self, image: PostgresImage) -> None:
        self._system.supervisor.stop_all()
        image.remove()

    def _wait_until_healthy(self, name: str) -> None:
        if name not in self._healthy and name not in ENDS_BY_ITSELF:
            for container in self._system.containers[name]:
                self._wait(container, container.is_healthy)
            self._healthy.add(name)

    def _wait(self, container: Container, is_ready: Callable[[], bool]) -> None:
        wait_until_ready(self._system.supervisor, container.name, is_ready, threading.Event())
