"""All of Slackwater on this machine: embedded servers, both APIs, relay, projectors, gateway."""

import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from launcher.child import Program
from launcher.data_directory import DataDirectory
from launcher.embedded_postgres import EmbeddedPostgres
from launcher.embedded_valkey import EmbeddedValkey
from launcher.gateway import gateway_program
from launcher.ports import choose_ports
from launcher.private_directory import make_private
from launcher.readiness import answers, wait_until_ready
from launcher.secret import Secret
from launcher.settings import ENVIRONMENT_PREFIX, Settings, environment_name
from launcher.supervisor import Supervisor, Tell
from launcher.token_key import ensure_key_file


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where everything is reached while the system runs."""

    gateway: str
    command_api: str
    query_api: str
    database_url: str
    redis_url: str
    token_key_file: str | None
    metrics: dict[str, str]


class System:
    """Started and stopped by one thread, which tends its `supervisor` in between."""

    def __init__(self, settings: Settings, tell: Tell) -> None:
        self._settings = settings
        self._tell = tell
        self.directory = DataDirectory(settings.data_dir)
        self.supervisor = Supervisor(tell)
        self._postgres: EmbeddedPostgres | None = None
        self._stop_wanted = threading.Event()

    def start(self, stop: threading.Event) -> Addresses:
        """Starts everything, waits until it is ready, and says where it is.

        Raises LaunchError, StoppedWhileStarting once `stop` is set; nothing is left running then.
        """
        self._stop_wanted = stop
        try:
            self.directory.open()
            return self._start()
        except BaseException:  # whatever it was, nothing is left running, and it goes on upwards
            self.stop()
            raise

    def stop(self) -> None:
        """Stops everything in order and gives the data directory back."""
        self.supervisor.stop_all()
        self.directory.close()

    def remove(self) -> None:
        """Removes what embedded Postgres keeps outside the data directory, when it has to."""
        if self._postgres is not None:
            self._postgres.remove()

    @property
    def projectors(self) -> list[str]:
        """The names of the projectors that always run."""
        return self._projectors[: self._settings.projectors]

    @property
    def spare_projectors(self) -> list[str]:
        """The names of those that run when they are needed."""
        return self._projectors[self._settings.projectors :]

    @property
    def _projectors(self) -> list[str]:
        return [name for name in self.supervisor.names() if name.startswith("projector")]

    def _start(self) -> Addresses:
        settings = self._settings
        host = settings.host
        port, command_port, query_port = choose_ports(
            host,
            {
                "the gateway": settings.port,
                "the command API": settings.command_port,
                "the query API": settings.query_port,
            },
        )
        database_url, redis_url = self._start_servers()
        environment = self._environment(database_url, redis_url)
        self._add(
            "command-api", environment | {environment_name("command_port"): str(command_port)}
        )
        self._wait_for("command-api", lambda: answers(host, command_port, "/readyz"))
        self._add("query-api", environment | {environment_name("query_port"): str(query_port)})
        workers = ["relay", "relational-projector"]
        most = max(settings.projectors, settings.projectors_max)
        spare = [f"projector-{n}" for n in range(settings.projectors + 1, most + 1)]
        workers += (f"projector-{n}" for n in range(1, settings.projectors + 1))
        metrics: dict[str, str] = {}
        for worker in [*workers, *spare]:
            [metrics_port] = choose_ports(host, {f"the figures of {worker}": 0})
            metrics[worker] = f"http://{host}:{metrics_port}/metrics"
            port_of_its_own = {environment_name("metrics_port"): str(metrics_port)}
            self._add(worker, environment | port_of_its_own, running=worker not in spare)
        self.supervisor.add(
            gateway_program(
                host=host,
                port=port,
                command_port=command_port,
                query_port=query_port,
                directory=self.directory.path,
                log=self._log("gateway"),
            )
        )
        self._wait_for("query-api", lambda: answers(host, query_port, "/readyz"))
        self._wait_for("gateway", lambda: answers(host, port, "/livez"))
        return Addresses(
            gateway=f"http://{host}:{port}",
            command_api=f"http://{host}:{command_port}",
            query_api=f"http://{host}:{query_port}",
            database_url=database_url,
            redis_url=redis_url,
            token_key_file=environment.get(environment_name("token_key_file")),
            metrics=metrics,
        )

    def _start_servers(self) -> tuple[str, str]:
        """Starts the embedded servers that the settings do not replace; returns where both are."""
        settings = self._settings
        if settings.database_url is not None:
            database_url = settings.database_url.value
        else:
            database_url = self._start_postgres()
        if settings.redis_url is not None:
            return database_url, settings.redis_url.value
        return database_url, self._start_valkey()

    def _start_postgres(self) -> str:
        self._tell("starting embedded Postgres")
        postgres = EmbeddedPostgres(self.directory.path / "postgres", self._log("postgres"))
        self._postgres = postgres
        postgres.prepare()
        self.supervisor.add(postgres.program)
        self._wait_for("postgres", postgres.accepts_connections)
        postgres.create_database()
        return postgres.url

    def _start_valkey(self) -> str:
        self._tell("starting embedded Valkey")
        valkey = EmbeddedValkey(self.directory.path / "valkey", self._log("valkey"))
        valkey.prepare()
        self.supervisor.add(valkey.program)
        self._wait_for("valkey", valkey.accepts_connections)
        return valkey.url

    def _environment(self, database_url: str, redis_url: str) -> dict[str, str]:
        """What every process of ours is given; secrets go by environment, never by argument."""
        settings = self._settings
        given: dict[str, str] = {}
        for name in Settings.__struct_fields__:
            value = getattr(settings, name)
            if value is not None:
                shown = value.value if isinstance(value, Secret) else value
                given[environment_name(name)] = str(shown)
        given[environment_name("database_url")] = database_url
        given[environment_name("redis_url")] = redis_url
        if settings.journal is None:
            make_private(self.directory.journal_file.parent)
            given[environment_name("journal")] = str(self.directory.journal_file)
        if settings.token_key is None and settings.token_key_file is None:
            ensure_key_file(self.directory.token_key_file)
            given[environment_name("token_key_file")] = str(self.directory.token_key_file)
        # Whatever else the environment says is of a system that these settings may be apart from.
        rest = {k: v for k, v in os.environ.items() if not k.startswith(ENVIRONMENT_PREFIX)}
        return rest | given

    def _add(self, name: str, environment: dict[str, str], *, running: bool = True) -> None:
        command = name.rstrip("-0123456789")
        arguments = [sys.executable, "-m", "launcher", command]
        program = Program(name, arguments, environment, self._log(name))
        self.supervisor.add(program, running=running)

    def _wait_for(self, name: str, is_ready: Callable[[], bool]) -> None:
        wait_until_ready(self.supervisor, name, is_ready, self._stop_wanted)

    def _log(self, name: str) -> Path:
        return self.directory.logs / f"{name}.log"
