"""Being asked to stop, at any moment and as often as anybody likes."""

import subprocess
import sys
import threading

import pytest

from projections.stopping import Stop

INTERRUPTED_EVERYWHERE = """
import signal, sys
from projections.stopping import stop_when_signalled

def at_line(number):
    left = number
    def trace(frame, event, argument):
        nonlocal left
        left -= event == "line"
        if not left:
            sys.settrace(None)
            signal.raise_signal(signal.SIGUSR1)
        return trace
    return trace

for act in ("stop.wait(0.001)", "stop.set()", "stop.is_set()"):
    for number in range(1, 30):
        stop = stop_when_signalled((signal.SIGUSR1, signal.SIGUSR2))
        sys.settrace(at_line(number))
        eval(act)
        sys.settrace(None)
        signal.raise_signal(signal.SIGUSR2)
        assert stop.wait() and stop.wait(0) and stop.is_set()
print("never stuck")
"""


def test_a_signal_may_come_at_any_line_of_waiting_and_of_another_signals_handler() -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_EVERYWHERE],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("never stuck\n", "")


def test_all_who_wait_learn_of_it() -> None:
    stop, told = Stop(), list[bool]()
    waiting = [threading.Thread(target=lambda: told.append(stop.wait(20))) for _ in range(5)]
    for thread in waiting:
        thread.start()
    stop.set()
    for thread in waiting:
        thread.join(20)
    assert told == [True] * 5


@pytest.mark.parametrize("seconds", [0, 0.01])
def test_nobody_waits_longer_than_they_said(seconds: float) -> None:
    stop = Stop()
    assert not stop.wait(seconds)
    assert not stop.is_set()
