"""A proxy before Postgres' Unix socket, told what to do when a client's COMMIT passes.

It stands for the network: it delays, loses and cuts, but never changes a byte.
"""

import contextlib
import shutil
import socket
import tempfile
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

SOCKET_NAME = ".s.PGSQL.5432"
CHUNK_BYTES = 65_536
PATIENCE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Crossing:
    """A message on its way from a client to the server."""

    message: bytes
    client: socket.socket
    server: socket.socket

    def forward(self) -> None:
        """The server gets the message."""
        self.server.sendall(self.message)

    def hang_up_on_client(self) -> None:
        """To the client the connection breaks; the server notices nothing yet."""
        _shut(self.client)

    def hang_up_on_server(self) -> None:
        """To the server the connection breaks; the client notices nothing yet."""
        _shut(self.server)


Fate = Callable[[Crossing], None]
"""What happens to a COMMIT."""


def arrives(commit: Crossing) -> None:
    """As without a proxy."""
    commit.forward()


def reply_is_lost(commit: Crossing) -> None:
    """The server commits, the client does not hear of it."""
    commit.hang_up_on_client()
    commit.forward()


def never_arrives(commit: Crossing) -> None:
    """The server rolls back when it finds its client gone."""
    commit.hang_up_on_server()
    commit.hang_up_on_client()


def gets_stuck(_: Crossing) -> None:
    """Both wait for the other, until one has enough."""


class CuttingProxy:
    """Forwards between its own Unix socket and the one that `database_url` names."""

    def __init__(self, database_url: str) -> None:
        self._directory = Path(tempfile.mkdtemp(prefix="cut-", dir="/tmp"))
        self._target = f"{conninfo_to_dict(database_url)['host']}/{SOCKET_NAME}"
        self.url = make_conninfo(database_url, host=str(self._directory))
        self._fates: deque[Fate] = deque()
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._lets_in = False
        self.requests = 0
        """How often clients have sent something."""
        self.let_in()

    def next_commits(self, *fates: Fate) -> None:
        """What happens to the next COMMITs, in order; all later ones arrive."""
        self._fates.extend(fates)

    def let_in(self) -> None:
        """Accepts connections (again)."""
        if self._lets_in:
            return
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self._directory / SOCKET_NAME))
        listener.listen()
        with self._lock:
            self._lets_in = True
            self._sockets.append(listener)
        self._start(self._accept, listener)

    def shut_out(self) -> None:
        """Cuts every connection and refuses new ones."""
        with self._lock:
            self._lets_in = False
            (self._directory / SOCKET_NAME).unlink(missing_ok=True)
            for each in self._sockets:
                _shut(each)

    def close(self) -> None:
        """Ends it all."""
        self.shut_out()
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS)
        for each in self._sockets:
            each.close()
        shutil.rmtree(self._directory)

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.socket(socket.AF_UNIX)
                with self._lock:
                    self._sockets += [client, server]
                    if not self._lets_in:
                        _shut(client)
                        return
                server.connect(self._target)
                self._start(self._carry_requests, client, server)
                self._start(self._carry_replies, client, server)

    def _carry_requests(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while message := client.recv(CHUNK_BYTES):
                self.requests += 1
                fate = self._fates.popleft() if self._fates and b"COMMIT" in message else arrives
                fate(Crossing(message, client, server))
        _shut(server)

    def _carry_replies(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while reply := server.recv(CHUNK_BYTES):
                client.sendall(reply)
        _shut(client)

    def _start(self, work: Callable[..., None], *arguments: socket.socket) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()


def _shut(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
