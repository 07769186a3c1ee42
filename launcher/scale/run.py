"""`slackwater bench scale`: makes the network, and then the machine go through all of it."""

import shutil
import tempfile
from pathlib import Path

import psutil
from rich.console import Console

from launcher.errors import StoppedWhileStarting
from launcher.scale.estimate import GIB, estimate
from launcher.scale.machine import Machine
from launcher.scale.performance import Effort, Performance
from launcher.scale.report import Report
from launcher.scale.sizes import Sizes
from launcher.settings import Settings
from launcher.stop_signals import INTERRUPTED, stop_when_asked

console = Console()
errors = Console(stderr=True)


def run_scale(
    sizes: Sizes, effort: Effort, *, data_dir: Path | None, json_file: Path | None, anyway: bool
) -> int:
    """Returns 0 if everything equals history in the end, else 1. Raises LaunchError."""
    directory = data_dir or Path(tempfile.mkdtemp(prefix="slackwater-scale-"))
    machine = None
    stop = stop_when_asked()
    settings = Settings.apart(data_dir=directory)
    try:
        if data_dir is None:
            directory.chmod(0o711)  # as root, Postgres' own account has to get through
        _look_for_room(sizes, settings, anyway=anyway)
        with Machine(settings, stop) as machine:
            report = Report(sizes)
            Performance(machine, effort, report, stop).run()
    except StoppedWhileStarting:
        errors.print("stopped; nothing is left running")
        return INTERRUPTED
    finally:
        if data_dir is None:
            if machine is not None:
                machine.remove()
            shutil.rmtree(directory, ignore_errors=True)
    report.show(console)
    if json_file is not None:
        report.write(json_file)
    return 0 if report.equal else 1


def _look_for_room(sizes: Sizes, settings: Settings, *, anyway: bool) -> None:
    needed = estimate(sizes, settings.window)
    errors.print(
        f"seed {sizes.seed}; it will need about {needed.memory / GIB:.1f} GiB of memory "
        f"({needed.memory_sum}) and {needed.disk / GIB:.1f} GiB of disk",
        highlight=False,
    )
    if not anyway:
        place = next(
            one
            for one in (settings.data_dir, *settings.data_dir.absolute().parents)
            if one.exists()
        )
        needed.refuse_if_too_large(
            memory_free=psutil.virtual_memory().available, disk_free=shutil.disk_usage(place).free
        )
