"""How long it takes from an acknowledged post until a follower sees it over HTTP."""

import http.client
import json
import socket
import time
from typing import Any
from urllib.parse import urlsplit

from tests.bench.history import Person
from tests.bench.world import World

LOOK_AGAIN_SECONDS = 0.0005
"""Between two looks, for as long as it may be there any moment; later the server is spared."""

SOON_SECONDS = 0.02
LOOK_LATER_SECONDS = 0.002

SEEN_SECONDS_MAX = 30.0


class Probe:
    """Posts as one person and looks as another, who follows nobody else, on one connection."""

    def __init__(self, made: World, address: str, author: Person, follower: Person) -> None:
        self._write_model = made.write_model
        self._author = author
        self._headers = {"Authorization": f"Bearer {made.token(follower.id)}"}
        at = urlsplit(address)
        assert at.hostname is not None
        self._http = http.client.HTTPConnection(at.hostname, at.port)
        self._http.connect()
        self._http.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def seconds(self) -> float:
        """Of one post: until the answer in which it stands first has been read."""
        post = str(self._write_model.publish(author_id=self._author.id, text="probe").id)
        acknowledged = time.perf_counter()
        while True:
            page = self._page()
            passed = time.perf_counter() - acknowledged
            if page["items"] and page["items"][0]["id"] == post:
                return passed
            assert passed < SEEN_SECONDS_MAX, f"not seen within {SEEN_SECONDS_MAX:.0f} s"
            time.sleep(LOOK_AGAIN_SECONDS if passed < SOON_SECONDS else LOOK_LATER_SECONDS)

    def close(self) -> None:
        """Closes the connection."""
        self._http.close()

    def _page(self) -> dict[str, Any]:
        self._http.request("GET", "/feed/?limit=1", headers=self._headers)
        answer = self._http.getresponse()
        body = answer.read()
        assert answer.status == http.client.OK, body
        return json.loads(body)
