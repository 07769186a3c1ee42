"""A journal on a bad disk: what comes out of it was accepted, or it says that it is damaged."""

import contextlib
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from command_api import commands
from command_api.commands import AnyCommand
from command_api.errors import JournalError
from command_api.journal.journal import Journal
from tests.unit.journals import ADA, EPOCH, post

WAITING: list[AnyCommand] = [
    commands.register(handle="Ada", display_name=None),
    post("first"),
    commands.set_following(person=ADA, followee=uuid4(), following=True),
    post("last"),
]
SETTLED = post("done"), post("rejected")


def write(path: Path) -> bytes:
    with closing(Journal(path)) as journal:
        for command in (*SETTLED, *WAITING):
            journal.add(command)
        journal.done(SETTLED[0], position=7, epoch=EPOCH)
        journal.reject(SETTLED[1], 409, "no")
    return path.read_bytes()


@pytest.fixture(scope="module")
def sound() -> bytes:
    with TemporaryDirectory() as place:
        return write(Path(place) / "journal.sqlite")


FLIPS = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=1, max_size=8
)
"""Where in the file, as a part of its length, and which bits."""


@given(flips=FLIPS)
def test_whatever_bytes_are_wrong_nothing_comes_out_that_was_not_accepted(
    sound: bytes, flips: list[tuple[float, int]]
) -> None:
    content = bytearray(sound)
    for at, by in flips:
        content[int(at * len(content))] ^= by
    with TemporaryDirectory() as directory:
        path = Path(directory) / "journal.sqlite"
        path.write_bytes(content)
        with contextlib.suppress(JournalError), closing(Journal(path)) as journal:
            for command in (*SETTLED, *WAITING):
                with contextlib.suppress(JournalError):
                    journal.find(command.id)
            for command in journal.waiting(100):
                assert command in (*SETTLED, *WAITING)


def test_a_text_that_changed_on_the_disk_is_not_published(tmp_path: Path, sound: bytes) -> None:
    path = tmp_path / "journal.sqlite"
    path.write_bytes(sound)
    with closing(Journal(path)) as journal:
        assert journal.waiting(100) == WAITING
    path.write_bytes(sound.replace(b'"first"', b'"wurst"'))
    with (
        closing(Journal(path)) as journal,
        pytest.raises(JournalError, match=r"entry 4 .* damaged"),
    ):
        journal.waiting(100)
