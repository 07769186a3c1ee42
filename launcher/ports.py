"""Ports on this machine: are they free, and which ones are."""

import socket
from collections.abc import Mapping
from contextlib import ExitStack

from launcher.errors import PortInUse


def choose_ports(host: str, wanted: Mapping[str, int]) -> list[int]:
    """The wanted ports by purpose, or for 0 any free one; no two alike. Raises PortInUse."""
    with ExitStack() as held:
        return [_hold(held, host, port, purpose) for purpose, port in wanted.items()]


def _hold(held: ExitStack, host: str, port: int, purpose: str) -> int:
    probe = held.enter_context(socket.socket())
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind((host, port))
        probe.listen()  # so that a second one of ours cannot bind the same port
    except OSError as error:
        raise PortInUse(
            f"{purpose} cannot listen on {host}:{port} ({error.strerror}); stop what uses it, or "
            "choose another port"
        ) from error
    return probe.getsockname()[1]
