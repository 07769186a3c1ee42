"""Runs tests on a copy of the working tree, each time a fresh one, and stops them in order."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.mutant import Mutant
from tests.waiting import until

ROOT = Path(__file__).parents[2]

END_SECONDS_MAX = 15.0
"""How long a run may take to stop its servers before it is killed; they go with it."""

_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+::\S+)", re.MULTILINE)
_BROKEN = re.compile(r".*(?:Error compiling script|nonexistent global variable|NameError: ).*")


class Stopped(Exception):
    """The runs were stopped from outside."""


@dataclass(frozen=True, slots=True)
class Run:
    """How a run of the tests ended. `failed`: the test that failed, if one did."""

    what: str
    passed: bool
    failed: str | None
    timed_out: bool
    seconds: float
    output: str

    def __str__(self) -> str:
        return f"{'passes' if self.passed else 'fails':<14} {self.seconds:5.1f} s  {self.what}"

    @property
    def broken(self) -> str | None:
        """Why the code under test could not even run, if so: that proves no test."""
        if self.passed or self.timed_out:
            return None
        if found := _BROKEN.search(self.output):
            return found[0].strip()
        return None if self.failed else self.output.strip().rpartition("\n")[2]


class Suite:
    """Runs tests below one temporary directory; several threads may do so at once."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._original = place / "original"
        _copy_working_tree(self._original)
        self._running: set[subprocess.Popen[str]] = set()
        self._lock = threading.Lock()
        self._stopped = False

    def run(self, targets: Sequence[str], seconds_max: float, mutant: Mutant | None = None) -> Run:
        """Runs the tests on a copy, broken first by the mutant. Raises DoesNotApply, Stopped."""
        place = Path(tempfile.mkdtemp(dir=self._place))
        place.chmod(0o711)  # Postgres may run as another user, who has to pass through
        try:
            tree = place / "t"
            shutil.copytree(self._original, tree)
            if mutant is not None:
                mutant.apply(tree)
            return self._pytest(tree, targets, seconds_max)
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def stop(self) -> None:
        """Ends every run, and lets no other begin."""
        with self._lock:
            self._stopped = True
            running = list(self._running)
        for process in running:
            _signal(process, signal.SIGINT)

    def _pytest(self, tree: Path, targets: Sequence[str], seconds_max: float) -> Run:
        options = "-x -q -rfE -p no:cacheprovider -p tests.mutants.first_failure"
        command = [sys.executable, "-m", "pytest", *options.split(), "--hypothesis-seed=0"]
        started = time.monotonic()
        with self._lock:
            if self._stopped:
                raise Stopped
            process = subprocess.Popen(
                [*command, *targets],
                cwd=tree,
                env=_environment(tree),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
            self._running.add(process)
        try:
            output, timed_out = _wait_for(process, seconds_max)
        finally:
            with self._lock:
                self._running.discard(process)
        if self._stopped:
            raise Stopped
        found = _FAILED.search(output)
        return Run(
            what=", ".join(targets),
            passed=process.returncode == 0,
            failed=found[1] if found else None,
            timed_out=timed_out,
            seconds=time.monotonic() - started,
            output=output,
        )


@contextlib.contextmanager
def suite() -> Generator[Suite]:
    """A suite whose directory and processes are gone at the end, however it comes."""
    place = Path(tempfile.mkdtemp(prefix="mutants-"))
    place.chmod(0o711)
    tests = Suite(place)
    try:
        yield tests
    finally:
        tests.stop()
        _remove(place)


def _copy_working_tree(to: Path) -> None:
    """What git carries or would carry, as it stands now: who edits on disturbs no run."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)


def _environment(tree: Path) -> dict[str, str]:
    ours = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTEST_", "HYPOTHESIS_", "SLACKWATER_"))
    }
    return ours | {"PYTHONPATH": str(tree), "PYTEST_DEBUG_TEMPROOT": str(tree.parent)}


def _wait_for(process: subprocess.Popen[str], seconds_max: float) -> tuple[str, bool]:
    """The output, and whether it took too long."""
    try:
        return process.communicate(timeout=seconds_max)[0], False
    except subprocess.TimeoutExpired:
        _signal(process, signal.SIGINT)
    try:
        return process.communicate(timeout=END_SECONDS_MAX)[0], True
    except subprocess.TimeoutExpired:
        _signal(process, signal.SIGKILL)
        return process.communicate()[0], True


def _signal(process: subprocess.Popen[str], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _remove(place: Path) -> None:
    """Also while a server that lost its parent still writes its last words there."""

    def gone() -> bool:
        shutil.rmtree(place, ignore_errors=True)
        return not place.exists()

    until(gone, f"{place} is removed", END_SECONDS_MAX)
