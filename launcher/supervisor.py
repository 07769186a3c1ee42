"""Keeps children running: starts them, starts them again when they die, stops them in order.

One thread, the one that calls `tend`, does all starting and stopping; others may only ask.
"""

import signal
import threading
import time
from collections.abc import Callable, Iterable

from launcher.child import Child, Program

BACKOFF_SECONDS_MIN = 0.2
BACKOFF_SECONDS_MAX = 10.0
STEADY_AFTER_SECONDS = 30.0
"""A child that lived this long starts with the shortest back-off again."""

TEND_EVERY_SECONDS = 0.05

Tell = Callable[[str], None]


class _Charge:
    """One program in care: what is wanted of it, and how it is."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.wanted = True
        self.child: Child | None = None
        self.started_at = 0.0
        self.start_at = 0.0
        self.backoff_seconds = BACKOFF_SECONDS_MIN

    def start(self) -> None:
        self.child = Child(self.program)
        self.started_at = time.monotonic()

    def died(self) -> float:
        """Plans the next start and returns the pause before it, in seconds."""
        self.child = None
        if time.monotonic() - self.started_at > STEADY_AFTER_SECONDS:
            self.backoff_seconds = BACKOFF_SECONDS_MIN
        pause = self.backoff_seconds
        self.start_at = time.monotonic() + pause
        self.backoff_seconds = min(2 * pause, BACKOFF_SECONDS_MAX)
        return pause


class Supervisor:
    """Cares for programs, by name, in the order in which they were added."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._charges: dict[str, _Charge] = {}

    def add(self, program: Program, *, running: bool = True) -> None:
        """Starts a program and keeps it running from now on, or only once it is wanted.

        Only for the tending thread.
        """
        assert program.name not in self._charges
        charge = self._charges[program.name] = _Charge(program)
        charge.wanted = running
        if running:
            charge.start()

    def tend(self, until: threading.Event) -> None:
        """Brings what runs into line with what is wanted, again and again, until the event."""
        while not until.is_set():
            for charge in self._charges.values():
                self._tend_one(charge)
            until.wait(TEND_EVERY_SECONDS)

    def want(self, name: str, running: bool) -> None:
        """Asks for a program to run, or to be stopped in good order and stay so."""
        self._charges[name].wanted = running

    def send(self, name: str, number: signal.Signals) -> None:
        """Sends a program a signal; if that ends it, it is started again."""
        if child := self._charges[name].child:
            child.send(number)

    def child(self, name: str) -> Child | None:
        """The running child of this name, if it runs."""
        return self._charges[name].child

    def is_running(self, name: str) -> bool:
        """Whether the program runs now."""
        child = self._charges[name].child
        return child is not None and child.exit_code() is None

    def names(self) -> list[str]:
        """Every program, in the order of starting."""
        return list(self._charges)

    def stop_all(self) -> None:
        """Stops everything, the last started first, servers at the very end: nothing outlives what
        it needs.
        """
        last_first = list(reversed(self._charges.values()))
        for are_servers in (False, True):
            _stop(one for one in last_first if one.program.is_server == are_servers)

    def _tend_one(self, charge: _Charge) -> None:
        child, name = charge.child, charge.program.name
        if child is None:
            if charge.wanted and time.monotonic() >= charge.start_at:
                charge.start()
            return
        code = child.exit_code()
        if code is not None:
            pause = charge.died()
            if charge.wanted:
                self._tell(f"{name} {_how_it_ended(code)}; starting it again in {pause:.1f} s")
        elif not charge.wanted:
            child.ask_to_stop()
            child.wait()
            charge.child = None


def _stop(charges: Iterable[_Charge]) -> None:
    """All are asked before any is waited for: they end side by side."""
    running = [(charge, charge.child) for charge in charges if charge.child is not None]
    for _, child in running:
        child.ask_to_stop()
    for charge, child in running:
        child.wait()
        charge.child = None


def _how_it_ended(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    return f"was ended by {signal.Signals(-code).name}"
