"""A process is killed, or stands still for longer than its lease and then goes on unawares."""

import signal
from collections.abc import Generator
from contextlib import contextmanager

from tests.drills.stage import Fault, Stage, pause

WRITES_WAIT_SECONDS = 1.5


def killed(*names: str) -> Fault:
    """kill -9; the supervisor starts it again."""

    @contextmanager
    def fault(stage: Stage) -> Generator[None]:
        for name in names:
            stage.scene.supervisor.send(name, signal.SIGKILL)
        yield

    return fault


def frozen(name: str) -> Fault:
    """SIGSTOP, later SIGCONT: in between others take its work, and it does not know."""

    @contextmanager
    def fault(stage: Stage) -> Generator[None]:
        stage.scene.supervisor.send(name, signal.SIGSTOP)
        try:
            yield
        finally:
            stage.scene.supervisor.send(name, signal.SIGCONT)

    return fault


def stopped(*names: str) -> Fault:
    """Stopped in good order, and away until the fault is lifted."""

    @contextmanager
    def fault(stage: Stage) -> Generator[None]:
        stage.scene.stop(*names)
        try:
            yield
        finally:
            stage.scene.start(*names)

    return fault


def restarted(name: str) -> Fault:
    """Stopped in good order, and started at once."""

    @contextmanager
    def fault(stage: Stage) -> Generator[None]:
        stage.scene.stop(name)
        stage.scene.start(name)
        yield

    return fault


@contextmanager
def postgres_away_then_command_api_killed(stage: Stage) -> Generator[None]:
    """Writes wait in the journal when kill -9 meets the process that holds it."""
    with stopped("postgres")(stage):
        pause(WRITES_WAIT_SECONDS)
        stage.scene.supervisor.send("command-api", signal.SIGKILL)
        yield
