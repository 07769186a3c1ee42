"""Signals only say that an end is wanted: whoever runs looks, and ends at a point of its own."""

import signal
import threading

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

INTERRUPTED = 130
"""The exit code of shells for a program that Ctrl-C ended."""


def stop_when_asked() -> threading.Event:
    """An event that Ctrl-C, a request to terminate or a closed terminal sets from now on."""
    stop = threading.Event()
    for number in STOP_SIGNALS:
        signal.signal(number, lambda _number, _frame: stop.set())
    return stop
