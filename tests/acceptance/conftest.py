"""The whole system, as `slackwater up` runs it, for all acceptance tests of a worker."""

from collections.abc import Callable, Generator
from itertools import count

import httpx
import pytest

from tests.acceptance.people import Person
from tests.places import let_through
from tests.waiting import until
from tests.whole_system import Running, whole_system

WINDOW = 30
"""Short, so that a test can look over its edge."""


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Generator[Running]:
    """Everything, on free ports."""
    place = let_through(tmp_path_factory.mktemp("system"))
    with whole_system(place, window=WINDOW, shards=3) as running:
        yield running


@pytest.fixture(scope="session")
def gateway(request: pytest.FixtureRequest) -> str:
    """Where the API is: in the system of this worker, unless `--gateway` names another one."""
    if given := request.config.getoption("gateway", None):
        return given
    running: Running = request.getfixturevalue("running")
    return running.addresses.gateway


@pytest.fixture
def http(gateway: str) -> Generator[httpx.Client]:
    """A client of the gateway."""
    with httpx.Client(base_url=gateway, timeout=30) as client:
        yield client


@pytest.fixture
def stopped(running: Running, http: httpx.Client) -> Generator[Callable[[list[str]], None]]:
    """Stops programs for the time of a test."""
    supervisor = running.system.supervisor
    asked: list[str] = []

    def stop(names: list[str]) -> None:
        asked.extend(names)
        for name in names:
            supervisor.want(name, running=False)
        until(lambda: not any(map(supervisor.is_running, names)), f"{names} stop")

    yield stop
    for name in asked:
        supervisor.want(name, running=True)
    until(lambda: all(map(supervisor.is_running, asked)), f"{asked} run again")
    for half in ("command-api", "query-api"):
        until(lambda: _is_well(http, half), f"{half} is well")  # noqa: B023
    until(lambda: waiting_in_journal(http) == 0, "the journal is empty")


def _is_well(http: httpx.Client, half: str) -> bool:
    answer = http.get(f"/{half}/debug/health")
    return answer.is_success and answer.json()["status"] == "ok"


def waiting_in_journal(http: httpx.Client) -> int:
    """How many commands wait for Postgres."""
    return http.get("/command-api/debug/metrics-summary").json()["journal"]["queued"]


_handles = count(1)


@pytest.fixture
def people(http: httpx.Client) -> list[Person]:
    """Three people whom nobody else knows."""
    return [Person.register(http, f"person_{next(_handles)}") for _ in range(3)]
