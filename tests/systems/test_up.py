"""`slackwater up` as a person meets it: it starts, says where it is, and leaves nothing behind."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path

import httpx
import psutil
import pytest
from redis import Redis

from launcher.settings import environment_name
from projections.log.stream import STREAM
from tests.places import let_through
from tests.servers import Databases, Servers
from tests.waiting import until

Up = Callable[..., "Terminal"]


class Terminal:
    """A running `slackwater up`, and what it has printed."""

    def __init__(self, directory: Path, *arguments: str, **environment: str) -> None:
        self.directory = directory
        self.output = directory.with_name(f"{directory.name}-{os.urandom(4).hex()}.out")
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "launcher", "up", "--data-dir", str(directory), *arguments],
                stdout=output,
                stderr=subprocess.STDOUT,
                env=os.environ
                | {
                    "COLUMNS": "200",
                    environment_name("command_port"): "0",
                    environment_name("query_port"): "0",
                }
                | environment,
            )

    @property
    def printed(self) -> str:
        """Everything so far."""
        return self.output.read_text()

    def address(self) -> str:
        """Where the gateway is, once everything is up."""

        def found() -> str | None:
            assert self.process.poll() is None, self.printed
            match = re.search(r"gateway\s+(http://\S+)", self.printed)
            return match[1] if match and "Ctrl-C stops" in self.printed else None

        return until(found, "everything is up")

    def exit_code(self) -> int:
        """Its exit code, once it has ended."""
        return self.process.wait(30)

    def end(self) -> None:
        """Stops it as Ctrl-C does, if it still runs."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.exit_code()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A data directory."""
    return let_through(tmp_path) / "data"


@pytest.fixture
def up(directory: Path) -> Generator[Up]:
    """Starts `slackwater up`; whatever still runs at the end is stopped."""
    started: list[Terminal] = []

    def start(*arguments: str, **environment: str) -> Terminal:
        started.append(Terminal(directory, *arguments, **environment))
        return started[-1]

    yield start
    for terminal in started:
        terminal.end()


def processes_of(directory: Path) -> list[psutil.Process]:
    """Every process that works on this data directory."""
    found: list[psutil.Process] = []
    for process in psutil.process_iter():
        try:
            told = " ".join(process.cmdline()) + process.environ().get("SLACKWATER_DATA_DIR", "")
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
        if str(directory) in told and process.status() != psutil.STATUS_ZOMBIE:
            found.append(process)
    return found


def test_it_runs_ends_cleanly_and_finds_its_data_again_also_after_it_was_killed_itself(
    up: Up, directory: Path
) -> None:
    first = up("--port", "0", "--projectors", "1")
    person = httpx.post(f"{first.address()}/users/", json={"handle": "ada"}).json()
    first.process.send_signal(signal.SIGINT)
    assert first.exit_code() == 0
    assert processes_of(directory) == []
    second = up("--port", "0", "--projectors", "1")
    headers = {"Authorization": f"Bearer {person['access_token']}"}
    answer = httpx.post(f"{second.address()}/posts/", json={"text": "again"}, headers=headers)
    assert answer.status_code == 201
    assert "Postgres" in second.printed
    assert "slackwater token" in second.printed
    second.process.kill()
    second.process.wait(30)
    if sys.platform == "linux":
        until(lambda: not processes_of(directory), "its processes end")
    address = up("--port", "0", "--projectors", "1").address()
    until(lambda: texts_in_feed(address, headers) == ["again"], "what was written is shown")


def texts_in_feed(address: str, headers: dict[str, str]) -> list[str]:
    return [item["text"] for item in httpx.get(f"{address}/feed/", headers=headers).json()["items"]]


def test_a_port_in_use_is_told_and_nothing_is_left_running(up: Up, directory: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        terminal = up("--port", port)
        assert terminal.exit_code() == 1
    assert f"cannot listen on 127.0.0.1:{port}" in terminal.printed
    assert "Traceback" not in terminal.printed
    assert processes_of(directory) == []


def test_two_of_its_own_ports_alike_are_refused(up: Up, directory: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    terminal = up("--port", port, **{environment_name("command_port"): port})
    assert terminal.exit_code() == 1
    assert f"the command API cannot listen on 127.0.0.1:{port}" in terminal.printed


def test_a_directory_that_cannot_be_written_is_told(up: Up, directory: Path) -> None:
    directory.write_text("a file stands where the directory should be")
    terminal = up("--port", "0")
    assert terminal.exit_code() == 1
    assert "the data directory cannot be used" in terminal.printed
    assert "Traceback" not in terminal.printed


def test_a_stop_while_it_starts_leaves_nothing_running(up: Up, directory: Path) -> None:
    terminal = up("--port", "0")
    until(lambda: "starting embedded Valkey" in terminal.printed, "Valkey is being started")
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.exit_code() == 130
    assert processes_of(directory) == []


@pytest.fixture(scope="module")
def on_servers_of_ones_own(
    tmp_path_factory: pytest.TempPathFactory, databases: Databases, servers: Servers
) -> Generator[Terminal]:
    """A system that is given Postgres and Valkey, and is up."""
    directory = let_through(tmp_path_factory.mktemp("up")) / "data"
    with closing(Redis.from_url(servers.redis_url)) as redis, databases.empty() as database_url:
        redis.flushall()
        given = {
            environment_name("database_url"): database_url,
            environment_name("redis_url"): servers.redis_url,
        }
        terminal = Terminal(directory, "--port", "0", **given)
        terminal.address()
        yield terminal
        terminal.end()


def test_servers_of_ones_own_replace_the_embedded_ones(
    on_servers_of_ones_own: Terminal, servers: Servers
) -> None:
    up = on_servers_of_ones_own
    assert httpx.post(f"{up.address()}/users/", json={"handle": "ada"}).status_code == 201
    with closing(Redis.from_url(servers.redis_url)) as redis:
        until(lambda: redis.xlen(STREAM), "the relay carries into that Valkey")
    assert not (up.directory / "postgres").exists()
    assert not (up.directory / "valkey").exists()


def test_a_child_that_dies_is_started_again_and_a_second_one_on_its_data_is_refused(
    on_servers_of_ones_own: Terminal,
) -> None:
    first = on_servers_of_ones_own
    [relay] = [p for p in processes_of(first.directory) if p.cmdline()[-1] == "relay"]
    relay.kill()
    second = Terminal(first.directory, "--port", "0")
    assert second.exit_code() == 1
    assert f"process {first.process.pid} is running" in second.printed
    assert (first.directory / "addresses.json").exists()
    until(lambda: "relay was ended by SIGKILL" in first.printed, "it says so")

    def active() -> bool:
        workers = httpx.get(f"{first.address()}/debug/metrics-summary").json()["workers"]
        return any(w["active"] and w["pid"] != relay.pid for w in workers["relays"])

    assert until(active, "another relay is active")
