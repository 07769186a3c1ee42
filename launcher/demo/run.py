"""`slackwater demo`: a system of its own, a history played into it, and the report."""

import asyncio
import shutil
import tempfile
import threading
import time
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from launcher.demo.client import Client
from launcher.demo.compare import compare_every_feed
from launcher.demo.history import SHIPPED, RecordedHistory, read_history
from launcher.demo.play import Player
from launcher.demo.proof import rebuild_and_verify
from launcher.demo.report import Report
from launcher.errors import StoppedWhileStarting
from launcher.settings import Settings
from launcher.stop_signals import INTERRUPTED, stop_when_asked
from launcher.system import Addresses, System

console = Console()


def run_demo(*, source: Path | None, posts: int | None, json_file: Path | None) -> int:
    """Returns 0 if every feed converged, else 1. Raises LaunchError."""
    history = read_history(source or SHIPPED, posts)
    directory = Path(tempfile.mkdtemp(prefix="slackwater-demo-"))
    directory.chmod(0o711)  # as root, Postgres' own account has to get through
    settings = Settings.apart(
        window=history.posts + 1,  # so that whole feeds can be compared, to the first post
        data_dir=directory, port=0, command_port=0, query_port=0,
    )  # fmt: skip
    system = System(settings, tell=lambda what: console.print(f"[dim]·[/] {what}"))
    stop = stop_when_asked()
    try:
        addresses = system.start(stop)
        report = _perform(system, addresses, history, stop)
    except StoppedWhileStarting:
        console.print("stopped; nothing is left running")
        return INTERRUPTED
    finally:
        system.stop()
        system.remove()
        shutil.rmtree(directory, ignore_errors=True)
    report.show(console)
    if json_file is not None:
        report.write(json_file)
    return 0 if report.converged else 1


def _perform(
    system: System, addresses: Addresses, history: RecordedHistory, stop: threading.Event
) -> Report:
    """Plays on a thread of its own, while this one tends the processes."""
    outcome: list[Report | BaseException] = []

    def perform() -> None:
        try:
            outcome.append(asyncio.run(_play(system, addresses, history)))
        except BaseException as error:  # noqa: BLE001 - raised again by the other thread
            outcome.append(error)
        finally:
            stop.set()

    threading.Thread(target=perform, name="player", daemon=True).start()
    system.supervisor.tend(until=stop)
    if not outcome:
        raise StoppedWhileStarting("asked to stop before the end")
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    return outcome[0]


async def _play(system: System, addresses: Addresses, history: RecordedHistory) -> Report:
    started = time.monotonic()
    columns = (
        TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn(),
        TimeElapsedColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console) as progress:
        async with Client(addresses.gateway) as client:
            player = Player(
                client, system, history, progress, lambda: rebuild_and_verify(addresses)
            )
            await player.play()
            people = list(player.people.values())
            bar = progress.add_task("comparing every feed", total=len(people))
            player.report.comparison = await compare_every_feed(
                client, people, addresses.database_url, lambda: progress.advance(bar)
            )
    player.report.total_seconds = time.monotonic() - started
    return player.report
