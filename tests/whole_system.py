"""Everything that `slackwater up` runs, for whoever wants to try something on the whole of it."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from launcher.settings import Settings
from launcher.supervisor import Tell
from launcher.system import Addresses, System


@dataclass(frozen=True, slots=True)
class Running:
    """A running system. Its supervisor starts again whatever dies, as for everybody."""

    system: System
    addresses: Addresses


@contextmanager
def whole_system(
    place: Path, *, tell: Tell = print, is_last: bool = True, **settings: Any
) -> Generator[Running]:
    """Up on free ports, its data below `place`, for as long as the context is.

    `is_last`: nobody starts a system on this place again. `settings`: those of `Settings`.
    """
    chosen = Settings.of(data_dir=place, port=0, command_port=0, query_port=0, **settings)
    system, stop = System(chosen, tell), threading.Event()
    try:
        addresses = system.start(stop)
        tending = threading.Thread(target=system.supervisor.tend, args=(stop,))
        tending.start()
        try:
            yield Running(system, addresses)
        finally:
            stop.set()
            tending.join()
            system.stop()
    finally:
        if is_last:
            system.remove()
