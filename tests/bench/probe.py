"""How long it takes from an acknowledged post until a follower sees it over HTTP."""

import socket
import time
from urllib.parse import urlsplit

from command_api.application import PublishedPost
from tests.bench.history import Person
from tests.bench.world import World

LOOK_AGAIN_SECONDS = 0.0005
"""Between two looks, for as long as it may be there any moment; later the server is spared."""

SOON_SECONDS = 0.02
LOOK_LATER_SECONDS = 0.002

SEEN_SECONDS_MAX = 30.0

END_OF_HEAD = b"\r\n\r\n"
RECEIVED_BYTES_MAX = 65_536


class Probe:
    """Posts as one person and looks as another, who follows nobody else, on one connection.

    It reads just enough of HTTP and looks for the id in the bytes: it runs on the cores of what it
    measures, and a client that takes an answer apart costs as much as the server that made it.
    """

    def __init__(self, made: World, address: str, author: Person, follower: Person) -> None:
        self._write_model = made.write_model
        self._author = author
        at = urlsplit(address)
        assert at.hostname is not None
        assert at.port is not None
        self._request = (
            f"GET /feed/?limit=1 HTTP/1.1\r\nHost: {at.netloc}\r\n"
            f"Authorization: Bearer {made.token(follower.id)}\r\n\r\n"
        ).encode()
        self._socket = socket.create_connection((at.hostname, at.port), SEEN_SECONDS_MAX)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def publish(self) -> PublishedPost:
        """A new post of the author's, acknowledged."""
        return self._write_model.publish(author_id=self._author.id, text="probe")

    def shows(self, published: PublishedPost) -> bool:
        """Whether the follower's page begins with it now."""
        return str(published.id).encode() in self._page()

    def seconds(self) -> float:
        """Of one post: until the answer in which it stands first has been read."""
        published = self.publish()
        acknowledged = time.perf_counter()
        while True:
            is_shown = self.shows(published)
            passed = time.perf_counter() - acknowledged
            if is_shown:
                return passed
            assert passed < SEEN_SECONDS_MAX, f"not seen within {SEEN_SECONDS_MAX:.0f} s"
            time.sleep(LOOK_AGAIN_SECONDS if passed < SOON_SECONDS else LOOK_LATER_SECONDS)

    def close(self) -> None:
        """Closes the connection."""
        self._socket.close()

    def _page(self) -> bytes:
        self._socket.sendall(self._request)
        received = b""
        while not (head := received.partition(END_OF_HEAD))[1]:
            received += self._more()
        fields, _, body = head
        assert fields.startswith(b"HTTP/1.1 200 "), received
        length = int(fields.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        while len(body) < length:
            body += self._more()
        return body

    def _more(self) -> bytes:
        received = self._socket.recv(RECEIVED_BYTES_MAX)
        assert received, "the query API closed the connection"
        return received
