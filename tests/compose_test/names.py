"""The names of the compose file's network, told by DNS on loopback, as Docker's own server does."""

import socket
import struct
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager

ADDRESS_RECORD = 1
INTERNET = 1
SECONDS_TO_LIVE = 1
ANSWER = 0x8580
"""An answer, by who ought to know, with recursion wanted and offered."""

NAME_UNKNOWN = 3
DATAGRAM_BYTES_MAX = 512


@contextmanager
def names_told(addresses: Mapping[str, Sequence[str]]) -> Generator[str]:
    """Answers for these names, from every process behind them; gives the server's address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        host, port = server.getsockname()
        teller = threading.Thread(target=_tell, args=(server, addresses), daemon=True)
        teller.start()
        try:
            yield f"{host}:{port}"
        finally:
            server.sendto(b"", (host, port))  # an empty question ends it
            teller.join()


def _tell(server: socket.socket, addresses: Mapping[str, Sequence[str]]) -> None:
    while True:
        question, who = server.recvfrom(DATAGRAM_BYTES_MAX)
        if not question:
            return
        server.sendto(answer_to(question, addresses), who)


def answer_to(question: bytes, addresses: Mapping[str, Sequence[str]]) -> bytes:
    """The answer to a question for one name; a search domain after the name does not matter."""
    number = question[:2]
    labels, at = _labels(question, 12)
    kind, _ = struct.unpack_from("!HH", question, at)
    asked = question[12 : at + 4]
    known = addresses.get(labels[0])
    found = known or () if kind == ADDRESS_RECORD else ()
    code = ANSWER | (0 if known else NAME_UNKNOWN)
    head = number + struct.pack("!HHHHH", code, 1, len(found), 0, 0)
    record = struct.pack("!HHHIH", 0xC00C, ADDRESS_RECORD, INTERNET, SECONDS_TO_LIVE, 4)
    return head + asked + b"".join(record + socket.inet_aton(address) for address in found)


def _labels(question: bytes, at: int) -> tuple[list[str], int]:
    """The parts of the name that begins there, and where it ends."""
    labels: list[str] = []
    while length := question[at]:
        labels.append(question[at + 1 : at + 1 + length].decode("ascii").lower())
        at += 1 + length
    return labels, at + 1
