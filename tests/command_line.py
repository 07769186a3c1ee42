"""`slackwater` commands against a running system, in this process: starting one takes a second."""

import signal
from dataclasses import dataclass

from typer.testing import CliRunner

from launcher.cli import app
from launcher.settings import environment_name
from launcher.stop_signals import STOP_SIGNALS
from launcher.system import Addresses


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended, and what it printed."""

    exit_code: int
    stdout: str
    stderr: str


def environment_of(addresses: Addresses) -> dict[str, str]:
    """What a command needs to know of the system."""
    return {
        environment_name("database_url"): addresses.database_url,
        environment_name("redis_url"): addresses.redis_url,
    }


def slackwater(addresses: Addresses, *arguments: str, **settings: str) -> Done:
    """Carries one command out, with more settings if given. What nobody caught in it is raised."""
    before = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    try:
        more = {environment_name(name): value for name, value in settings.items()}
        result = CliRunner().invoke(app, arguments, env=environment_of(addresses) | more)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Done(result.exit_code, result.stdout, result.stderr)
