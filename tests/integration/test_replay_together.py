"""The replay carries commands out together, and it is as if they had come one after the other."""

from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from command_api import commands
from command_api.application import Slackwater
from command_api.commands import AnyCommand
from command_api.errors import StoreUnavailable
from command_api.event_store.patience import HURRIED
from command_api.journal.journal import Journal
from command_api.journal.state import State
from command_api.replay import Replay
from domain.events import Published
from projections.log.store import Store
from tests.integration.command_api import events, texts
from tests.integration.cutting_proxy import CuttingProxy, never_arrives, reply_is_lost
from tests.opening import opened
from tests.waiting import until


@pytest.fixture
def journal(journal_file: Path) -> Generator[Journal]:
    with closing(Journal(journal_file)) as journal:
        yield journal


@contextmanager
def replaying(write_model: Slackwater, journal: Journal) -> Generator[None]:
    """Until the journal is empty."""
    replay = Replay(write_model, journal)
    replay.start()
    try:
        until(lambda: journal.depth == 0, "the journal is empty")
        yield
    finally:
        replay.stop()


def transactions(database_url: str, above: int) -> int:
    """How many transactions have made the events above this position."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute(
            "SELECT count(DISTINCT xmin::text) FROM slackwater_events WHERE notification_id > %s",
            (above,),
        ).fetchone()
    assert row is not None
    return row[0]


def states(journal: Journal, given: list[AnyCommand]) -> list[tuple[State, int | None]]:
    entries = [journal.find(command.id) for command in given]
    return [(entry.state, entry.status) for entry in entries if entry is not None]


def test_posts_share_transactions_and_keep_their_order(
    write_model: Slackwater, journal: Journal, database_url: str, store: Store
) -> None:
    people = [write_model.register(handle=f"p_{n}", display_name=None) for n in range(3)]
    given = [str(n) for n in range(200)]
    for n, text in enumerate(given):
        journal.add(commands.publish(person=people[n % 3].id, text=text))
    with replaying(write_model, journal):
        assert texts(store) == given
    assert transactions(database_url, people[-1].position) <= 10


def test_each_is_asked_for_with_the_facts_that_the_ones_before_it_left(
    write_model: Slackwater, journal: Journal, store: Store
) -> None:
    ada = write_model.register(handle="ada", display_name=None).id
    bob = commands.register(handle="bob", display_name=None)
    nobody = commands.register(handle="nobody", display_name=None)
    post = commands.publish(person=bob.subject, text="bob's")
    given: list[AnyCommand] = [
        commands.set_following(person=ada, followee=bob.subject, following=True),
        commands.publish(person=ada, text="before"),
        bob,
        commands.set_following(person=ada, followee=bob.subject, following=True),
        post,
        commands.publish(person=nobody.subject, text="nobody's"),
        commands.delete(person=ada, post=post.subject),
        commands.delete(person=bob.subject, post=post.subject),
        commands.publish(person=ada, text="after"),
    ]
    for command in given:
        journal.add(command)
    with replaying(write_model, journal):
        pass
    done, rejected = (State.DONE, None), State.REJECTED
    assert states(journal, given) == [
        (rejected, 404), done, done, done, done, (rejected, 404), (rejected, 403), done, done,
    ]  # fmt: skip
    assert texts(store) == ["before", "bob's", "after"]


def test_of_two_who_want_one_handle_the_first_gets_it(
    write_model: Slackwater, journal: Journal
) -> None:
    given: list[AnyCommand] = [
        commands.register(handle=handle, display_name=None) for handle in ("ada", "bob", "ADA")
    ]
    for command in given:
        journal.add(command)
    with replaying(write_model, journal):
        assert write_model.number_of(given[0].subject) > 0
    done = (State.DONE, None)
    assert states(journal, given) == [done, done, (State.REJECTED, 409)]


def test_what_was_stored_before_is_found_among_what_was_not(
    write_model: Slackwater, journal: Journal, store: Store
) -> None:
    """A first try whose answer was lost left no record; one that the replay made did."""
    ada = write_model.register(handle="ada", display_name=None).id
    given = [commands.publish(person=ada, text=str(n)) for n in range(6)]
    write_model.execute(given[1])
    write_model.execute(given[4], tried=True)
    for command in given:
        journal.add(command)
    with replaying(write_model, journal):
        assert sorted(texts(store)) == [str(n) for n in range(6)]
    log = store.read_after(0, 99)
    stored = {
        body.text: entry.position
        for entry, body in zip(log, opened(log), strict=True)
        if isinstance(body, Published)
    }
    for command in given:
        entry = journal.find(command.id)
        assert entry is not None
        assert (entry.state, entry.position) == (State.DONE, stored[command.text])


def test_replies_to_their_commit_that_are_lost_do_nothing_twice(
    write_model: Slackwater, proxy: CuttingProxy, journal: Journal, store: Store
) -> None:
    ada = write_model.register(handle="ada", display_name=None).id
    given = [str(n) for n in range(150)]
    for text in given:
        journal.add(commands.publish(person=ada, text=text))
    with closing(Slackwater(proxy.url, patience=HURRIED)) as behind:
        behind.open()
        proxy.next_commits(reply_is_lost, never_arrives, reply_is_lost)
        with replaying(behind, journal):
            assert texts(store) == given


def test_together_none_is_stored_if_the_store_is_away(
    write_model: Slackwater, proxy: CuttingProxy, store: Store
) -> None:
    ada = write_model.register(handle="ada", display_name=None).id
    with closing(Slackwater(proxy.url, patience=HURRIED)) as behind:
        behind.open()
        proxy.next_commits(lambda _: proxy.shut_out())
        posts = [commands.publish(person=ada, text=str(n)) for n in range(3)]
        with pytest.raises(StoreUnavailable):
            behind.execute_together(posts)
        proxy.let_in()
    assert len(events(store)) == 1
