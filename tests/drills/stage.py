"""What a fault is given."""

import random
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from tests.drills.scene import Scene
from tests.drills.traffic import Traffic
from tests.integration.cutting_proxy import CuttingProxy


@dataclass(slots=True)
class Stage:
    """The scene, the traffic in it, and chance."""

    scene: Scene
    rng: random.Random
    traffic: Traffic | None = None
    proxy: CuttingProxy | None = None
    """Between the command API and Postgres, where a drill has set one up."""


Fault = Callable[[Stage], AbstractContextManager[None]]

_pause = threading.Event()


def pause(seconds: float) -> None:
    """Time passes, as a drill's timetable has it."""
    _pause.wait(seconds)
