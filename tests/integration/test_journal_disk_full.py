"""The journal's disk takes nothing while the store is there: what waits is carried out, once."""

import resource
import signal
import subprocess
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import httpx
import psutil
import pytest

from command_api import commands
from command_api.application import Slackwater
from command_api.journal.file import JournalFile
from command_api.journal.journal import Journal
from command_api.journal.state import State
from launcher.ports import choose_ports
from projections.log.store import Store
from tests.integration.command_api import events, texts
from tests.integration.saves import append_standing_still, waiting_for_a_lock
from tests.integration.test_replay_killed import process, waiting
from tests.waiting import until

POSTS = 150


@pytest.fixture
def port() -> int:
    """Where the command API listens."""
    [port] = choose_ports("127.0.0.1", {"command-api": 0})
    return port


def no_room(running: subprocess.Popen[bytes]) -> None:
    """From now on every write to a file fails."""
    _, hard = resource.prlimit(running.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(running.pid, resource.RLIMIT_FSIZE, (0, hard))


def room(running: subprocess.Popen[bytes]) -> None:
    _, hard = resource.prlimit(running.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(running.pid, resource.RLIMIT_FSIZE, (hard, hard))
    assert psutil.pid_exists(running.pid)


def fill(journal_file: Path, write_model: Slackwater) -> list[str]:
    """Posts, and one follow that the rules refuse, wait in the journal; returns the texts."""
    ada = write_model.register(handle="ada", display_name=None).id
    given = [str(n) for n in range(POSTS)]
    with closing(Journal(journal_file)) as journal:
        for text in given:
            journal.add(commands.publish(person=ada, text=text))
        nobody = uuid4()
        journal.add(commands.set_following(person=ada, followee=nobody, following=True))
    return given


def registered(address: str, handle: str) -> bool:
    try:
        answer = httpx.post(f"{address}/users/", json={"handle": handle}, timeout=10)
    except httpx.TransportError:
        return False
    return answer.status_code == 201


@pytest.mark.parametrize("killed", [True, False])
def test_what_waits_is_carried_out_once_and_new_commands_too(
    killed: bool,
    write_model: Slackwater,
    database_url: str,
    journal_file: Path,
    port: int,
    store: Store,
) -> None:
    given, address = fill(journal_file, write_model), f"http://127.0.0.1:{port}"
    with process(database_url, journal_file, port) as running:
        with append_standing_still(database_url):
            until(lambda: waiting_for_a_lock(database_url) >= 1, "it stands at the lock")
            no_room(running)
        until(lambda: registered(address, "bob"), "a new command is carried out at once")
        assert texts(store) == given
        assert waiting(journal_file) == POSTS + 1, "nothing could be written down"
        assert httpx.get(f"{address}/readyz").status_code == 200
        assert httpx.get(f"{address}/debug/health").json()["status"] == "degraded"
        if killed:
            running.send_signal(signal.SIGKILL)
            running.wait()
        else:
            room(running)
            until(lambda: waiting(journal_file) == 0, "what was settled is written down")
    with process(database_url, journal_file):
        until(lambda: waiting(journal_file) == 0, "the next process finds what was done")
    assert texts(store) == given
    assert len(events(store)) == POSTS + 2
    with closing(JournalFile(journal_file, durable=False)) as file:
        assert file.counts() == {State.DONE: POSTS, State.REJECTED: 1}
