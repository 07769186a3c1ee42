"""A client of the stream of changes, which reads in a thread of its own."""

import contextlib
import json
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.acceptance.people import Person
from tests.waiting import until


@dataclass(slots=True)
class Told:
    """One event: what, at which position, saying what."""

    event: str
    position: int
    data: dict[str, Any]


@dataclass(slots=True)
class Listener:
    """What was heard so far. `last_id`: where a browser would go on. `ended`: by the server;
    `hung_up`: by us."""

    told: list[Told] = field(default_factory=list[Told])
    last_id: str = ""
    ended: bool = False
    hung_up: bool = False

    def hears(self, count: int) -> list[Told]:
        """The first so many events, once they are there."""
        until(lambda: len(self.told) >= count or self.ended, f"{count} events are heard")
        assert len(self.told) >= count, f"the stream ended after {self.told}"
        return self.told[:count]

    def read(self, answer: httpx.Response) -> None:
        """Reads to the end (WHATWG HTML, 9.2.6)."""
        event, data = "", ""
        try:
            for line in answer.iter_lines():
                name, _, value = line.partition(": ")
                match name:
                    case "id":
                        self.last_id = value
                    case "event":
                        event = value
                    case "data":
                        data += value
                    case "" if not line and data:
                        position = int(self.last_id.partition(".")[0])
                        self.told.append(Told(event, position, json.loads(data)))
                        event, data = "", ""
                    case _:
                        pass
        except httpx.TransportError:
            assert self.hung_up, "the connection broke"
            return
        self.ended = True


@contextmanager
def listening(person: Person, **headers: str) -> Generator[Listener]:
    """Listens to a person's stream for a while, once it has begun."""
    listener = Listener()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with (
        httpx.Client(base_url=person.http.base_url, timeout=30) as http,
        http.stream("GET", "/feed/stream", headers=person.headers | named) as answer,
    ):
        assert answer.status_code == 200, answer.read()
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        thread = threading.Thread(target=listener.read, args=(answer,), daemon=True)
        thread.start()
        until(lambda: listener.last_id, "the stream begins")
        yield listener
        listener.hung_up = True
        # Who reads in another thread does not notice that the connection is closed here.
        with contextlib.suppress(OSError):
            connection = answer.extensions["network_stream"].get_extra_info("socket")
            connection.shutdown(socket.SHUT_RDWR)
        thread.join()
