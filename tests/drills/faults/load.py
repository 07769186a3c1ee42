"""More is asked for than on other days."""

from collections.abc import Generator
from contextlib import contextmanager

from tests.drills.stage import Stage

BURST = 10


@contextmanager
def burst(stage: Stage) -> Generator[None]:
    """Ten times the traffic."""
    assert stage.traffic is not None
    stage.traffic.rate *= BURST
    try:
        yield
    finally:
        stage.traffic.rate /= BURST


@contextmanager
def nothing_else(stage: Stage) -> Generator[None]:
    """Only what was prepared is unusual."""
    yield
