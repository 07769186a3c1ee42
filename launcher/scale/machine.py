"""The processes under measurement: embedded servers as `up` starts them, ours one by one."""

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self

from msgspec.structs import replace

from launcher.child import Program
from launcher.data_directory import DataDirectory
from launcher.embedded_postgres import EmbeddedPostgres
from launcher.embedded_valkey import EmbeddedValkey
from launcher.errors import ServerFailed
from launcher.ports import choose_ports
from launcher.readiness import answers, wait_until_ready
from launcher.settings import Settings, environment_name
from launcher.supervisor import Supervisor
from launcher.token_key import ensure_key_file

SERVERS = ("postgres", "valkey")


class Machine:
    """Use it as a context: leaving it stops everything. Nothing that dies is started again.

    `database_url`, `redis_url`: once the servers run.
    """

    def __init__(self, settings: Settings, stop: threading.Event) -> None:
        self.directory = DataDirectory(settings.data_dir)
        self._settings = settings
        self._stop = stop
        self._supervisor = Supervisor(tell=print)
        self._postgres: EmbeddedPostgres | None = None
        self.database_url = ""
        self.redis_url = ""

    def __enter__(self) -> Self:
        self.directory.open()
        return self

    def __exit__(self, *_: object) -> None:
        self._supervisor.stop_all()
        self.directory.close()

    def remove(self) -> None:
        """Removes what Postgres keeps outside the data directory, when it has to."""
        if self._postgres is not None:
            self._postgres.remove()

    def start_servers(self) -> None:
        """Both of them. Raises LaunchError, StoppedWhileStarting."""
        ensure_key_file(self.directory.token_key_file)
        postgres = EmbeddedPostgres(self.directory.path / "postgres", self._log("postgres"))
        self._postgres = postgres
        postgres.prepare()
        self._start(postgres.program, postgres.accepts_connections)
        postgres.create_database()
        valkey = EmbeddedValkey(self.directory.path / "valkey", self._log("valkey"))
        valkey.prepare()
        self._start(valkey.program, valkey.accepts_connections)
        self.database_url, self.redis_url = postgres.url, valkey.url

    def start(self, name: str) -> None:
        """A `slackwater` worker: `relay`, `projector-1`, `projector-2`, ..."""
        self._start(self._program(name, {}), lambda: True)

    def serve_queries(self) -> str:
        """A query API, ready; its address. Raises LaunchError, StoppedWhileStarting."""
        host = self._settings.host
        [port] = choose_ports(host, {"the query API": 0})
        program = self._program("query-api", {"query_port": str(port)})
        self._start(program, lambda: answers(host, port, "/readyz"))
        return f"http://{host}:{port}"

    @property
    def settings(self) -> Settings:
        """What the processes are given, addresses included."""
        return replace(self._settings, token_key_file=self.directory.token_key_file)

    @property
    def environment(self) -> dict[str, str]:
        """The same as environment variables."""
        given = {
            "database_url": self.database_url,
            "redis_url": self.redis_url,
            "token_key_file": str(self.directory.token_key_file),
            "log_level": "WARNING",
        }
        return dict(os.environ) | {environment_name(name): one for name, one in given.items()}

    @property
    def pids(self) -> dict[str, int]:
        """Of every process that was started. Raises ServerFailed if one of them has ended."""
        found: dict[str, int] = {}
        for name in self._supervisor.names():
            child = self._supervisor.child(name)
            if child is None or child.exit_code() is not None:
                words = child.last_words() if child else "none"
                raise ServerFailed(f"{name} has ended. Its last words:\n{words}")
            found[name] = child.pid
        return found

    def _program(self, name: str, extra: dict[str, str]) -> Program:
        environment = self.environment | {environment_name(key): one for key, one in extra.items()}
        arguments = [sys.executable, "-m", "launcher", name.rstrip("-0123456789")]
        return Program(name, arguments, environment, self._log(name))

    def _start(self, program: Program, is_ready: Callable[[], bool]) -> None:
        self._supervisor.add(program)
        wait_until_ready(self._supervisor, program.name, is_ready, self._stop)

    def _log(self, name: str) -> Path:
        return self.directory.logs / f"{name}.log"
