"""The journal: order, bounds, and what becomes of what is settled."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from command_api import commands
from command_api.errors import JournalFull, JournalUnusable
from command_api.journal import journal as journal_module
from command_api.journal.file import JournalFile
from command_api.journal.journal import Journal
from command_api.journal.state import State
from tests.unit.journals import ADA, EPOCH, drained, post


def test_commands_come_out_whole_and_in_the_order_in_which_they_went_in(journal: Journal) -> None:
    given = [
        commands.register(handle="Ada", display_name=" Ada Lovelace "),
        commands.set_following(person=ADA, followee=uuid4(), following=True),
        post("a 🌊\n"),
        commands.delete(person=ADA, post=uuid4(), key="k" * 16),
        commands.set_following(person=ADA, followee=uuid4(), following=False),
    ]
    for command in given:
        journal.add(command)
    assert journal.depth == len(given)
    assert drained(journal) == given
    assert journal.depth == 0


def test_whoever_opens_the_journal_again_finds_what_waits_and_what_became_of_the_rest(
    path: Path,
) -> None:
    done, rejected, waiting = post(), post(), post()
    with closing(Journal(path)) as journal:
        for command in (done, rejected, waiting):
            journal.add(command)
        journal.done(done, position=7, epoch=EPOCH)
        journal.reject(rejected, 404, "there is no such person")
    with closing(Journal(path)) as journal:
        assert journal.depth == 1
        first, second = journal.find(done.id), journal.find(rejected.id)
        assert first is not None
        assert second is not None
        assert (first.state, first.position) == (State.DONE, 7)
        assert (second.state, second.status) == (State.REJECTED, 404)
        assert second.reason == "there is no such person"
        assert drained(journal) == [waiting]


def test_commands_that_come_at_once_are_all_accepted_once(journal: Journal) -> None:
    given = [post(str(n)) for n in range(200)]
    with ThreadPoolExecutor(32) as threads:
        list(threads.map(journal.add, given))
    found = drained(journal)
    assert len(found) == len(given)
    assert {command.id for command in found} == {command.id for command in given}


def test_a_full_journal_takes_nothing_more_and_says_so(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "ENTRIES_MAX", 2)
    kept = [post(), post()]
    for command in kept:
        journal.add(command)
    with pytest.raises(JournalFull, match="2 commands wait"):
        journal.add(post())
    assert "2 commands wait" in (journal.fault() or "")
    assert drained(journal) == kept
    assert journal.fault() is None
    journal.add(post())


def test_a_second_process_cannot_have_the_same_journal(journal: Journal, path: Path) -> None:
    with pytest.raises(JournalUnusable, match="another command API has the journal"):
        Journal(path)
    journal.add(post())


def test_a_rejected_command_waits_again_behind_the_others_while_the_journal_is_in_use(
    journal: Journal, path: Path
) -> None:
    first, second, other = post(), post(), post()
    for command in (first, second, other):
        journal.add(command)
    journal.reject(first, 404, "no")
    journal.reject(second, 404, "no")
    journal.write_down()
    with closing(JournalFile(path, durable=True)) as file:
        assert file.requeue(first.id) == 1
        assert file.requeue(first.id) == 0
        assert file.requeue(None) == 1
    journal.refresh()
    late = post()
    journal.add(late)
    assert drained(journal) == [other, first, second, late]


def test_it_is_not_empty_before_all_is_settled_although_rejected_ones_wait_again(
    journal: Journal, path: Path
) -> None:
    refused = [post(f"refused {number}") for number in range(2)]
    for command in refused:
        journal.add(command)
        journal.reject(command, 404, "not yet")
    journal.write_down()
    with closing(JournalFile(path, durable=True)) as beside:
        assert beside.requeue(None) == 2
    accepted = [post(f"accepted {number}") for number in range(2)]
    for command in accepted:
        journal.add(command)
    while waiting := journal.waiting(1):
        assert journal.depth > 0, "else what comes next would overtake what waits"
        journal.done(waiting[0], position=1, epoch=EPOCH)
    assert journal.depth == 0


def test_settled_commands_are_forgotten_after_their_time_and_waiting_ones_never(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, rejected, waiting = post(), post(), post()
    for command in (done, rejected, waiting):
        journal.add(command)
    journal.done(done, position=1, epoch=EPOCH)
    journal.reject(rejected, 404, "no")
    journal.write_down()
    assert journal.forget() == 0
    monkeypatch.setattr(journal_module, "KEEP_DONE_SECONDS", 0.0)
    assert journal.forget() == 1
    assert (journal.find(done.id), journal.find(rejected.id) is not None) == (None, True)
    monkeypatch.setattr(journal_module, "KEEP_REJECTED_SECONDS", 0.0)
    assert journal.forget() == 1
    assert drained(journal) == [waiting]


def test_what_is_counted_as_waiting_is_never_less_than_what_waits(journal: Journal) -> None:
    """A newer command passes an empty journal: what is written must be counted before."""
    ended = threading.Event()
    passed: list[str] = []

    def look() -> None:
        while not ended.is_set():
            waits = bool(journal.waiting(1))
            if waits and journal.depth == 0:
                passed.append("it waits, and is not counted")

    looking = threading.Thread(target=look)
    looking.start()
    for _ in range(30):
        journal.add(post())
    ended.set()
    looking.join()
    assert passed == []


def test_what_is_settled_is_written_down_all_at_once(journal: Journal, path: Path) -> None:
    given = [post() for _ in range(3)]
    for command in given:
        journal.add(command)
        journal.done(command, position=1, epoch=EPOCH)
    assert journal.depth == 0
    assert journal.waiting(10) == []
    with closing(JournalFile(path, durable=False)) as beside:
        assert beside.counts() == {State.QUEUED: 3}
        journal.write_down()
        assert beside.counts() == {State.DONE: 3}


def test_a_rejection_is_told_once_it_is_written_down(journal: Journal) -> None:
    """Nobody but the file knows of it: after a crash the rules are asked anew."""
    done, rejected = post(), post()
    for command in (done, rejected):
        journal.add(command)
    journal.done(done, position=1, epoch=EPOCH)
    journal.reject(rejected, 404, "no")
    told = [entry.state for one in (done, rejected) if (entry := journal.find(one.id))]
    assert told == [State.DONE, State.QUEUED]
    journal.write_down()
    entry = journal.find(rejected.id)
    assert entry is not None
    assert (entry.state, entry.status) == (State.REJECTED, 404)


def test_what_was_done_may_wait_again_behind_the_others(journal: Journal) -> None:
    done, other = post(), post()
    for command in (done, other):
        journal.add(command)
    journal.done(done, position=1, epoch=EPOCH)
    journal.queue_again(done)
    assert journal.depth == 2
    journal.queue_again(done)
    assert journal.depth == 2
    assert drained(journal) == [other, done]
