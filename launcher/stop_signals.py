"""Signals only say that an end is wanted: whoever runs looks, and ends at a point of its own."""

import signal

from projections.stopping import Stop, stop_when_signalled

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

INTERRUPTED = 130
"""The exit code of shells for a program that Ctrl-C ended."""


def stop_when_asked() -> Stop:
    """What Ctrl-C, a request to terminate or a closed terminal sets from now on."""
    return stop_when_signalled(STOP_SIGNALS)
