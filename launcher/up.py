"""`slackwater up`: starts everything, says where it is, keeps it running until asked to stop."""

from dataclasses import asdict

from rich.console import Console

from launcher.errors import StoppedWhileStarting
from launcher.passwords import without_password
from launcher.projector_scaler import Scaler
from launcher.projector_scaling import Rule
from launcher.settings import Settings
from launcher.stop_signals import INTERRUPTED, stop_when_asked
from launcher.system import Addresses, System

console = Console()


def run_up(settings: Settings) -> int:
    """Returns an exit code after Ctrl-C or SIGTERM, everything stopped. Raises LaunchError."""
    stop = stop_when_asked()
    system = System(settings, tell=_tell)
    try:
        addresses = system.start(stop)
    except StoppedWhileStarting:
        console.print("stopped before everything was up; nothing is left running")
        return INTERRUPTED
    try:
        system.directory.write_addresses(asdict(addresses))
        _show(addresses, settings, system)
        _scale(system, addresses, settings).start(until=stop)
        system.supervisor.tend(until=stop)
    finally:
        console.print("stopping …")
        system.stop()
    console.print("stopped; the data stays in", str(system.directory.path), highlight=False)
    return 0


def _tell(what: str) -> None:
    console.print(f"[dim]·[/] {what}", highlight=False)


def _scale(system: System, addresses: Addresses, settings: Settings) -> Scaler:
    spare = system.spare_projectors
    most = settings.projectors + len(spare)
    rule = Rule(settings.projectors, most, settings.scale_up_lag_seconds)
    return Scaler(system.supervisor, rule, spare, addresses.query_api, _tell)


def _show(addresses: Addresses, settings: Settings, system: System) -> None:
    rows = {
        "gateway": addresses.gateway,
        "docs": f"{addresses.gateway}/query-api/docs and {addresses.gateway}/command-api/docs",
        "command API": addresses.command_api,
        "query API": addresses.query_api,
        "Postgres": without_password(addresses.database_url),
        "Valkey": without_password(addresses.redis_url),
        **{
            f"figures of {name}": url
            for name, url in addresses.metrics.items()
            if name not in system.spare_projectors
        },
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
