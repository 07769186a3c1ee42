"""`slackwater up`: starts everything, says where it is, keeps it running until asked to stop."""

import signal
import threading
from dataclasses import asdict

from rich.console import Console

from launcher.settings import Settings, without_password
from launcher.system import Addresses, System

console = Console()


STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

INTERRUPTED = 130
"""The exit code of shells for a program that Ctrl-C ended."""


def run_up(settings: Settings) -> int:
    """Returns an exit code after Ctrl-C or SIGTERM, everything stopped. Raises LaunchError."""
    stop = threading.Event()
    system = System(settings, tell=lambda what: console.print(f"[dim]·[/] {what}", highlight=False))

    interrupted = _Interrupted()
    for number in STOP_SIGNALS:
        signal.signal(number, interrupted)
    try:
        addresses = system.start()
    except KeyboardInterrupt:
        console.print("stopped before everything was up; nothing is left running")
        return INTERRUPTED
    for number in STOP_SIGNALS:
        signal.signal(number, lambda _number, _frame: stop.set())
    try:
        system.directory.write_addresses(asdict(addresses))
        _show(addresses, settings, system)
        system.supervisor.tend(until=stop)
    finally:
        console.print("stopping …")
        system.stop()
    console.print("stopped; the data stays in", str(system.directory.path), highlight=False)
    return 0


class _Interrupted:
    """While starting, a signal unwinds whatever stands already, once."""

    def __init__(self) -> None:
        self._seen = False

    def __call__(self, *_: object) -> None:
        if not self._seen:
            self._seen = True
            raise KeyboardInterrupt


def _show(addresses: Addresses, settings: Settings, system: System) -> None:
    rows = {
        "gateway": addresses.gateway,
        "docs": f"{addresses.gateway}/query-api/docs and {addresses.gateway}/command-api/docs",
        "command API": addresses.command_api,
        "query API": addresses.query_api,
        "Postgres": without_password(addresses.database_url),
        "Valkey": without_password(addresses.redis_url),
        **{f"figures of {name}": url for name, url in addresses.metrics.items()},
        "data": str(system.directory.path),
        "logs": str(system.directory.logs),
    }
    width = max(map(len, rows))
    for name, where in rows.items():
        console.print(f"[bold]{name:<{width}}[/]  {where}", soft_wrap=True, highlight=False)
    example = (
        f"curl -s {addresses.gateway}/users/ -H 'Content-Type: application/json' "
        """-d '{"handle":"ada"}'"""
    )
    console.print(
        "\nA person gets an access token by registering:\n"
        f"  {example}\n"
        f"or later: slackwater token --data-dir {settings.data_dir} USER_ID\n\n"
        "Ctrl-C stops everything.",
        soft_wrap=True,
        highlight=False,
    )
