"""Clocks differ between processes, by libfaketime (Debian's `libfaketime`), which needs no root."""

import os
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.drills.stage import Stage

LIBRARY_SETTING = "LIBFAKETIME"
USUAL_PLACES = (
    "/usr/lib/*/faketime/libfaketime.so.1",
    "/usr/lib/faketime/libfaketime.so.1",
    "/usr/local/lib/faketime/libfaketime.so.1",
)
APART = {
    "command-api": "+600s",
    "query-api": "-600s",
    "relay": "-3600s",
    "projector-1": "+3600s",
    "relational-projector": "-60s",
}


def faketime() -> Path | None:
    """The library, if this machine has it, or LIBFAKETIME names it."""
    if named := os.environ.get(LIBRARY_SETTING):
        return Path(named)
    found = (path for place in USUAL_PLACES for path in Path("/").glob(place[1:]))
    return next(found, None)


def why_not() -> str | None:
    """What is missing."""
    return None if faketime() else "no libfaketime here; install it, or name it by LIBFAKETIME"


@contextmanager
def clocks_apart(stage: Stage) -> Generator[None]:
    """Every process has a time of its own; how fast time passes is the same everywhere."""
    with ExitStack() as processes:
        for name, offset in APART.items():
            given = {
                "LD_PRELOAD": str(faketime()),
                "FAKETIME": offset,
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            }
            processes.enter_context(stage.scene.with_environment(name, given))
        yield
