"""One system under measurement: its own database and Valkey, and its processes as children."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from redis import Redis

from command_api.application import Slackwater
from edge.tokens import AccessTokens
from launcher.child import Child, Program
from launcher.ports import choose_ports
from launcher.readiness import answers
from launcher.settings import environment_name
from projections.catalogue import NAMES
from projections.derived import DerivedReadModels
from projections.log.relay import STREAM_POSITIONS_KEPT
from projections.log.stream import Stream
from projections.relational.generations import RelationalGenerations
from tests.bench.ground import Ground
from tests.waiting import until

HOST = "127.0.0.1"
DAY_SECONDS = 24 * 60 * 60
COMMAND_SECONDS_MAX = 1_800
CATCH_UP_SECONDS_MAX = 600
TRIM_SECONDS_MAX = 60

PORT_SETTINGS = {"command-api": "command_port", "query-api": "query_port"}


class World:
    """Nothing runs but what is started: each row runs the processes that it measures."""

    def __init__(self, ground: Ground, database_url: str, redis_url: str, redis: Redis) -> None:
        self.ground = ground
        self.database_url = database_url
        self.redis_url = redis_url
        self.redis = redis
        self.write_model = Slackwater(database_url)
        self.write_model.open()
        self._key = secrets.token_hex(32)
        self._tokens = AccessTokens.under(self._key.encode(), DAY_SECONDS)

    @property
    def environment(self) -> dict[str, str]:
        """What every process is given; settings of whoever runs the bench are left out."""
        given = {
            "database_url": self.database_url,
            "redis_url": self.redis_url,
            "token_key": self._key,
            "host": HOST,
            "log_level": "WARNING",
        }
        kept = {k: v for k, v in os.environ.items() if not k.startswith(environment_name(""))}
        return kept | {environment_name(name): value for name, value in given.items()}

    def token(self, person: UUID) -> str:
        """An access token."""
        return self._tokens.issue(person)

    @contextmanager
    def running(self, *commands: str) -> Generator[None]:
        """Each of these `slackwater` commands as a process of its own."""
        with ExitStack() as stack:
            for command in commands:
                stack.enter_context(self.worker(command))
            yield

    def worker(self, command: str) -> AbstractContextManager[Child]:
        """One of them."""
        return self.program([sys.executable, "-m", "launcher", command], {})

    @contextmanager
    def serving(self, half: str, **settings: str) -> Generator[str]:
        """One `command-api` or `query-api`, ready; its address. `settings` replace this world's."""
        [port] = choose_ports(HOST, {half: 0})
        given = {PORT_SETTINGS[half]: str(port)} | settings
        if half == "command-api":
            given["journal"] = str(self.ground.file("journal.sqlite"))  # as `up` has it
        extra = {environment_name(name): value for name, value in given.items()}
        with self.program([sys.executable, "-m", "launcher", half], extra) as child:
            _wait(child, lambda: answers(HOST, port, "/readyz"), f"{half} is ready")
            yield f"http://{HOST}:{port}"

    @contextmanager
    def program(self, arguments: list[str], extra: Mapping[str, str]) -> Generator[Child]:
        """Any program, in this world's environment, until the end of the context."""
        log = self.ground.file(f"{Path(arguments[-1]).name}.log")
        child = Child(Program(arguments[-1], arguments, {**self.environment, **extra}, log))
        try:
            yield child
            assert not child.exit_code(), f"{arguments} failed:\n{child.last_words()}"
        finally:
            child.ask_to_stop()
            child.wait()

    def slackwater(self, *arguments: str) -> Any:
        """What a `slackwater` command answers with `--json`."""
        done = subprocess.run(
            [sys.executable, "-m", "launcher", *arguments, "--json"],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=COMMAND_SECONDS_MAX,
        )
        assert done.returncode == 0, f"{arguments}: {done.stderr or done.stdout}"
        return json.loads(done.stdout)

    def project(self, *, tables: bool = True) -> None:
        """Lets workers run until every read model has the whole log, then stops them.

        What there is gets built in bulk first: event by event it would take minutes. The stream is
        trimmed by then, as in a system that has run for a while.
        """
        with self.running("relay"):
            until(lambda: Stream(self.redis).epoch(), "the relay begins")
        names = [*NAMES, *(["relational"] if tables else [])]
        self.slackwater("rebuild", *names)
        with self.running("relay", "projector", *(["relational-projector"] if tables else [])):
            self.let_catch_up(tables=tables)
            length = Stream(self.redis).length
            until(lambda: length() <= STREAM_POSITIONS_KEPT, "the relay trims", TRIM_SECONDS_MAX)

    def let_catch_up(self, *, tables: bool = False) -> None:
        """Waits until whoever runs has brought stream and read models to the head of the log."""
        head = self.write_model.recorder.select_head()
        stream, models = Stream(self.redis), DerivedReadModels(self.redis, NAMES)
        for what, position in (
            ("the relay", stream.last_position),
            ("every projector", models.slowest_position),
        ):
            until(lambda at=position: at() >= head, f"{what} catches up", CATCH_UP_SECONDS_MAX)
        if tables:
            with closing(RelationalGenerations(self.database_url)) as generations:
                until(
                    lambda: any(g.active and g.position >= head for g in generations.all()),
                    "the relational projector catches up",
                    CATCH_UP_SECONDS_MAX,
                )


@contextmanager
def world(ground: Ground) -> Generator[World]:
    """An empty one."""
    with ground.database() as database_url, ground.valkey() as (redis_url, redis):
        made = World(ground, database_url, redis_url, redis)
        with closing(made.write_model):
            yield made


def _wait(child: Child, is_ready: Callable[[], bool], what: str) -> None:
    def ready() -> bool:
        assert child.exit_code() is None, f"it ended instead:\n{child.last_words()}"
        return is_ready()

    until(ready, what)
