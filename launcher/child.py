"""One child process: started with its own log file, ended with its parent, stopped in order."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

KILL_AFTER_SECONDS = 10.0

_TETHER = Path(__file__).with_name("tether.py")


@dataclass(frozen=True, slots=True)
class Account:
    """Whom a program runs as, when that is not us."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Program:
    """What to run, where it writes its log, and the signal that asks it to end in good order.

    `is_server`: the others need it until they have ended.
    """

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM
    account: Account | None = None
    is_server: bool = False


def tethered(stop_signal: signal.Signals, uid: int, gid: int) -> list[str]:
    """What goes before a program's arguments, so that it gets this signal when we are gone."""
    tether = [sys.executable, "-I", "-S", str(_TETHER), str(os.getpid())]
    return [*tether, str(int(stop_signal)), str(uid), str(gid)]


class Child:
    """A running program. It does not get the terminal's Ctrl-C: its parent stops it in order."""

    def __init__(self, program: Program) -> None:
        self.program = program
        account = program.account or Account("", os.geteuid(), os.getegid())
        tether = tethered(program.stop_signal, account.uid, account.gid)
        with program.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*tether, *program.arguments],
                env=dict(program.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def exit_code(self) -> int | None:
        """Its exit code (negative: the signal that ended it); None while it runs."""
        return self._process.poll()

    def send(self, number: signal.Signals) -> None:
        """Sends a signal, if it still runs."""
        if self.exit_code() is None:
            self._process.send_signal(number)

    def ask_to_stop(self) -> None:
        """Sends the program's stop signal, if it still runs."""
        self.send(self.program.stop_signal)

    def wait(self) -> None:
        """Waits until it has ended; kills it if that takes too long."""
        try:
            self._process.wait(KILL_AFTER_SECONDS)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            self._process.wait()

    def last_words(self, lines: int = 12) -> str:
        """The end of its log."""
        text = self.program.log.read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-lines:])
