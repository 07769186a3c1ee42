"""The name server of `make compose-test` speaks DNS."""

import socket
import struct

from tests.compose_test.names import answer_to

ADDRESSES = {"command-side": ["127.9.0.2", "127.9.0.3"], "valkey": ["127.9.0.4"]}


def question(name: str, kind: int = 1) -> bytes:
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return (
        b"\x12\x34"
        + struct.pack("!HHHHH", 0x0100, 1, 0, 0, 0)
        + labels
        + b"\0"
        + (struct.pack("!HH", kind, 1))
    )


def told(answer: bytes) -> tuple[int, list[str]]:
    """The code, and the addresses."""
    flags, _, count = struct.unpack_from("!HHH", answer, 2)
    records = [answer[len(answer) - 16 * (n + 1) :][:16] for n in reversed(range(count))]
    return flags & 0xF, [socket.inet_ntoa(record[-4:]) for record in records]


def test_a_name_stands_for_every_process_behind_it() -> None:
    answer = answer_to(question("command-side"), ADDRESSES)
    assert answer[:2] == b"\x12\x34"
    assert told(answer) == (0, ADDRESSES["command-side"])


def test_a_search_domain_does_not_matter() -> None:
    assert told(answer_to(question("Valkey.example.org"), ADDRESSES)) == (0, ["127.9.0.4"])


def test_a_name_that_has_no_such_address_is_there_all_the_same() -> None:
    assert told(answer_to(question("valkey", kind=28), ADDRESSES)) == (0, [])


def test_a_name_that_nobody_has_is_unknown() -> None:
    assert told(answer_to(question("redis"), ADDRESSES)) == (3, [])
