"""One process of each kind is killed, and is seen to do its part again afterwards."""

import re
import signal
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import httpx

from launcher.child import Child
from tests.compose_test.container import Container
from tests.compose_test.system import ComposeSystem
from tests.waiting import until

PORTS = {"command-api": 8010, "query-api": 8020, "relay": 9464, "projector": 9464}
"""Of the kinds that are killed: where each shows its figures."""

REJOIN_SECONDS_MAX = 60


@dataclass(frozen=True, slots=True)
class Killed:
    """Who was killed, and the process that it was."""

    container: Container
    pid: int


def kill_one_of_each(system: ComposeSystem) -> list[Killed]:
    """SIGKILL for a process of each kind, the active relay among them; returns once they are gone.

    The supervisor starts them again, as Docker does by the compose file's `restart`.
    """
    killed: list[Killed] = []
    for service in PORTS:
        container = _victim(system, service)
        child = system.supervisor.child(container.name)
        assert child is not None
        killed.append(Killed(container, child.pid))
        child.send(signal.SIGKILL)
        until(partial(_has_ended, child), f"{container.name} is gone")
    return killed


def see_them_rejoin(system: ComposeSystem, gateway: str, killed: list[Killed]) -> None:
    """Returns once each of them is well under another pid and does its part again.

    Raises AssertionError with what does not come about.
    """
    for one in killed:
        _until(lambda: _is_back(system, one), f"{one.container.name} runs again")  # noqa: B023
    with httpx.Client(base_url=gateway, timeout=10) as http:
        for one in killed:
            if one.container.service in {"command-api", "query-api"}:
                began = _figure(one.container, "process_start_time_seconds")
                _until(
                    lambda: _answering(http, one.container.service) == began,  # noqa: B023
                    f"the gateway asks the new {one.container.name}",
                )
    for one in killed:
        if one.container.service == "projector":
            _until(lambda: _figure(one.container, "slackwater_projector_shards"), "it has shards")  # noqa: B023
    _until(lambda: _active_relays(system) == 1, "one relay is active")


def _victim(system: ComposeSystem, service: str) -> Container:
    replicas = system.containers[service]
    if service != "relay":
        return replicas[0]
    return until(
        lambda: next((one for one in replicas if _figure(one, "slackwater_relay_active")), None),
        "a relay is active",
    )


def _has_ended(child: Child) -> bool:
    return child.exit_code() is not None


def _is_back(system: ComposeSystem, one: Killed) -> bool:
    child = system.supervisor.child(one.container.name)
    return child is not None and child.pid != one.pid and one.container.is_healthy()


def _active_relays(system: ComposeSystem) -> float:
    return sum(_figure(relay, "slackwater_relay_active") for relay in system.containers["relay"])


def _answering(http: httpx.Client, half: str) -> float:
    """Since when the process runs that the gateway asks this time."""
    return _sum(http.get(f"/{half}/metrics").text, "process_start_time_seconds")


def _figure(container: Container, name: str) -> float:
    url = f"http://{container.address}:{PORTS[container.service]}/metrics"
    return _sum(httpx.get(url, timeout=10).text, name)


def _sum(figures: str, name: str) -> float:
    found = re.findall(rf"^{name}(?:\{{.*\}})? (\S+)$", figures, re.MULTILINE)
    return sum(map(float, found))


def _until(look: Callable[[], object], what: str) -> None:
    until(look, what, REJOIN_SECONDS_MAX)
