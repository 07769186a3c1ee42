"""Waits until something answers, with a bound, and without waiting for what has died."""

import http.client
import threading
import time
from collections.abc import Callable
from http import HTTPStatus

from launcher.errors import ServerFailed, StoppedWhileStarting
from launcher.supervisor import Supervisor

READY_SECONDS_MAX = 60.0
LOOK_EVERY_SECONDS = 0.02


def wait_until_ready(
    supervisor: Supervisor, name: str, is_ready: Callable[[], bool], stop: threading.Event
) -> None:
    """Returns once the program is ready.

    Raises ServerFailed with its last words if it ends, StoppedWhileStarting if `stop` is set.
    """
    deadline = time.monotonic() + READY_SECONDS_MAX
    child = supervisor.child(name)
    assert child is not None
    while True:
        # Whether it lives comes first: a stranger on its port could answer in its place.
        if (code := child.exit_code()) is not None:
            raise ServerFailed(
                f"{name} ended with code {code} while starting. Its last words, from "
                f"{child.program.log}:\n{child.last_words()}"
            )
        if stop.is_set():
            raise StoppedWhileStarting(f"asked to stop while {name} was starting")
        if is_ready():
            return
        if time.monotonic() > deadline:
            raise ServerFailed(
                f"{name} is not ready after {READY_SECONDS_MAX:.0f} s. Its last words, from "
                f"{child.program.log}:\n{child.last_words()}"
            )
        stop.wait(LOOK_EVERY_SECONDS)


def answers(host: str, port: int, path: str) -> bool:
    """Whether a GET of this path is answered with 200."""
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
