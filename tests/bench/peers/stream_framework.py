"""Stream-Framework in an environment of its own: it needs a Python and a redis-py of its time."""

import os
import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.peers.fetching import why_not_fetched
from tests.bench.row import NotAvailable

PYTHON = "python3.6"
"""It uses `async` as a name, which Python 3.7 made a keyword."""

VERSION = "1.4.0"
PACKAGES = (f"stream-framework=={VERSION}", "redis==2.10.6")
PIP = "pip==21.3.1"
"""The last one for that Python; the one it comes with takes packages that it cannot run."""

_PROGRAM = Path(__file__).with_name("stream_framework_fan_out.py")


def environment(kept: Path) -> Path | NotAvailable:
    """Its Python; made once, from PyPI."""
    place = kept / f"stream-framework-{VERSION}"
    python = place / "bin" / "python"
    if (place / "complete").exists():
        return python.absolute()
    old = _old_python()
    if old is None:
        return NotAvailable(
            f"there is no {PYTHON} on this machine (the last Python that it runs on): put one on "
            "the PATH, or into pyenv"
        )
    shutil.rmtree(place, ignore_errors=True)
    for command in (
        [old, "-m", "venv", str(place)],
        [str(python), "-m", "pip", "install", "--quiet", PIP],
        [str(python), "-m", "pip", "install", "--quiet", *PACKAGES],
    ):
        if missing := why_not_fetched(command):
            return missing
    (place / "complete").touch()
    return python.absolute()


def _old_python() -> str | None:
    """One that runs: pyenv puts names on the PATH for which it then has no Python."""
    kept_by_pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    version = PYTHON.removeprefix("python")
    candidates = [shutil.which(PYTHON), *kept_by_pyenv.glob(f"{version}.*/bin/python")]
    for candidate in candidates:
        if candidate is not None:
            command = [str(candidate), "-c", "import venv, ensurepip"]
            if subprocess.run(command, capture_output=True, check=False).returncode == 0:
                return str(candidate)
    return None


class StreamFramework:
    """A process that fans out one author's activities whenever it is told to."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def deliveries_per_second(self) -> float:
        """Of one more round."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "Stream-Framework ended; what it said is above"
        return float(answer)


@contextmanager
def fan_out(
    python: Path, socket: str, *, followers: int, activities: int, length: int
) -> Generator[StreamFramework]:
    """Ready to work on the Redis at this socket; it ends with its input."""
    numbers = [str(number) for number in (followers, activities, length)]
    process = subprocess.Popen(
        [str(python), "-I", str(_PROGRAM), socket, *numbers],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield StreamFramework(process)
