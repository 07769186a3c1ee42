"""A `slackwater` command as a process of its own, watched until it has ended."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from launcher.child import tethered
from launcher.errors import LaunchError, StoppedWhileStarting
from launcher.scale.memory import peak_bytes

LOOK_EVERY_SECONDS = 0.1
STOP_SECONDS_MAX = 10.0


@dataclass(frozen=True, slots=True)
class Measured:
    """What it answered with `--json`, how long it took, and the most memory that it had."""

    answer: Any
    seconds: float
    peak_bytes: int


def measured(
    arguments: list[str],
    environment: Mapping[str, str],
    stop: threading.Event,
    meanwhile: Callable[[], object],
) -> Measured:
    """Runs it; what it says of its progress goes to our error stream. `meanwhile` is called often.

    Raises LaunchError if it fails, StoppedWhileStarting once `stop` is set.
    """
    command = [sys.executable, "-m", "launcher", *arguments, "--json"]
    began, peak = time.monotonic(), 0
    with tempfile.TemporaryFile() as answer:
        process = subprocess.Popen(
            [*tethered(signal.SIGINT, os.geteuid(), os.getegid()), *command],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=answer,
            start_new_session=True,  # the terminal's Ctrl-C is for us, and waits
        )
        try:
            while process.poll() is None:
                if stop.is_set():
                    raise StoppedWhileStarting(f"asked to stop during {arguments[0]}")
                peak = max(peak, peak_bytes(process.pid))
                meanwhile()
                stop.wait(LOOK_EVERY_SECONDS)
        finally:
            _end(process)
        answer.seek(0)
        said = answer.read().decode()
    if process.returncode != 0:
        raise LaunchError(f"slackwater {' '.join(arguments)} failed: {said.strip()}")
    return Measured(json.loads(said), time.monotonic() - began, peak)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Ends it, in good order if it can: nothing is left running."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        process.wait(STOP_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
