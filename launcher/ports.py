"""Ports on this machine: is one free, and which one is."""

import socket

from launcher.errors import PortInUse


def choose_port(host: str, wanted: int, purpose: str) -> int:
    """The wanted port, or for 0 any free one. Raises PortInUse."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, wanted))
        except OSError as error:
            raise PortInUse(
                f"{purpose} cannot listen on {host}:{wanted} ({error.strerror}); stop what uses "
                "it, or choose another port"
            ) from error
        return probe.getsockname()[1]
