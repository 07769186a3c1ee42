"""A command API is killed over and over while it empties its journal: each command is done once."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from command_api import commands
from command_api.application import Slackwater
from command_api.commands import AnyCommand
from command_api.journal.file import JournalFile
from command_api.journal.journal import Journal
from command_api.journal.state import State
from domain.events import Published
from projections.log.store import Store
from tests.integration.command_api import events, texts
from tests.integration.saves import append_standing_still, waiting_for_a_lock
from tests.waiting import until

KEY = "a key of at least thirty-two bytes"

POSTS = 1_200
"""So many that a replay can be killed in the middle of them."""


@contextmanager
def process(
    database_url: str, journal_file: Path, port: int = 0
) -> Generator[subprocess.Popen[bytes]]:
    """`slackwater command-api` on this journal."""
    environment = os.environ | {
        "SLACKWATER_DATABASE_URL": database_url,
        "SLACKWATER_TOKEN_KEY": KEY,
        "SLACKWATER_JOURNAL": str(journal_file),
        "SLACKWATER_COMMAND_PORT": str(port),
    }
    with subprocess.Popen(
        [sys.executable, "-m", "launcher", "command-api"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def waiting(journal_file: Path) -> int:
    with closing(JournalFile(journal_file, durable=False)) as file:
        return file.counts().get(State.QUEUED, 0)


def history(write_model: Slackwater, posts: int) -> list[AnyCommand]:
    """A registration, posts, a follow back and forth, deletions: nothing twice, all in order."""
    bob = write_model.register(handle="bob", display_name=None).id
    ada = commands.register(handle="ada", display_name=None)
    published = [commands.publish(person=ada.subject, text=str(n)) for n in range(posts)]
    follows = [
        commands.set_following(person=ada.subject, followee=bob, following=n % 2 == 0)
        for n in range(10)
    ]
    deletions = [commands.delete(person=ada.subject, post=post.subject) for post in published[:5]]
    return [ada, *published, *follows, *deletions]


def test_killed_at_any_moment_of_the_replay_each_command_is_done_once_and_in_order(
    write_model: Slackwater, database_url: str, journal_file: Path, store: Store
) -> None:
    given = history(write_model, posts=POSTS)
    with closing(Journal(journal_file)) as journal:
        for command in given:
            journal.add(command)
    for _ in range(4):
        left = waiting(journal_file)
        with process(database_url, journal_file) as running:
            until(lambda: waiting(journal_file) < left - 30, "it replays")  # noqa: B023
            running.send_signal(signal.SIGKILL)
            running.wait()
        assert waiting(journal_file) > 0, "killed too late to show anything"
    with process(database_url, journal_file):
        until(lambda: waiting(journal_file) == 0, "it comes to the end")
    assert texts(store) == [str(n) for n in range(POSTS)]
    assert len(events(store)) == len(given) + 1


def test_killed_between_the_commit_and_the_journal_it_finds_what_it_did(
    write_model: Slackwater, database_url: str, journal_file: Path, store: Store
) -> None:
    ada = write_model.register(handle="ada", display_name=None).id
    command = commands.publish(person=ada, text="once")
    with closing(Journal(journal_file)) as journal:
        journal.add(command)
    write_model.execute(command, tried=True)  # committed, and the journal does not know
    assert waiting(journal_file) == 1
    with process(database_url, journal_file):
        until(lambda: waiting(journal_file) == 0, "it replays")
    assert texts(store) == ["once"]
    with closing(Journal(journal_file)) as journal:
        entry = journal.find(command.id)
    assert entry is not None
    published = {e.position for e in store.read_after(0, limit=10) if isinstance(e.body, Published)}
    assert {entry.position} == published


def test_killed_while_it_waits_for_its_turn_at_the_store_nothing_is_lost(
    write_model: Slackwater, database_url: str, journal_file: Path, store: Store
) -> None:
    ada = write_model.register(handle="ada", display_name=None).id
    with closing(Journal(journal_file)) as journal:
        for n in range(3):
            journal.add(commands.publish(person=ada, text=str(n)))
    with append_standing_still(database_url), process(database_url, journal_file) as running:
        until(lambda: waiting_for_a_lock(database_url) >= 1, "it stands at the lock")
        running.send_signal(signal.SIGKILL)
        running.wait()
    with process(database_url, journal_file):
        until(lambda: waiting(journal_file) == 0, "it replays")
    assert texts(store) == ["0", "1", "2"]


def test_a_second_process_with_the_same_journal_refuses_to_start_and_says_why(
    write_model: Slackwater, database_url: str, journal_file: Path
) -> None:
    assert write_model.epoch
    with (
        closing(Journal(journal_file)),
        process(database_url, journal_file) as second,
    ):
        output, _ = second.communicate(timeout=30)
    assert second.returncode == 1
    assert b"another command API has the journal" in output
    assert b"Traceback" not in output
