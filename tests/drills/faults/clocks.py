"""Clocks differ between processes: one library before the others, which needs no privilege."""

import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.drills.stage import Stage

SOURCE = Path(__file__).with_name("wall_clock.c")
COMPILER = "cc"

# Access tokens bear with a minute; nothing else asks for the time.
APART_SECONDS = {
    "command-api": 25,
    "query-api": -30,
    "relay": -3600,
    "projector-1": 3600,
    "relational-projector": -60,
}


def why_not() -> str | None:
    """What is missing."""
    return None if shutil.which(COMPILER) else f"no C compiler '{COMPILER}' here"


@contextmanager
def clocks_apart(stage: Stage) -> Generator[None]:
    """Every process has a time of its own; how fast time passes is the same everywhere."""
    with tempfile.TemporaryDirectory() as place, ExitStack() as processes:
        library = str(Path(place) / "wall_clock.so")
        compile_it = [COMPILER, "-shared", "-fPIC", "-O2", "-o", library, str(SOURCE)]
        subprocess.run(compile_it, check=True)
        for name, seconds in APART_SECONDS.items():
            given = {"LD_PRELOAD": library, "WALL_CLOCK_OFFSET": str(seconds)}
            processes.enter_context(stage.scene.with_environment(name, given))
        yield
