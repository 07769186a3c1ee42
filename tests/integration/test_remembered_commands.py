"""A command that is remembered is carried out once, also by write models that race for it."""

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from command_api import commands
from command_api.application import Slackwater
from command_api.commands import AnyCommand
from command_api.errors import KeyUsedOtherwise
from domain.events import Published
from projections.log.store import Store
from tests.integration.cutting_proxy import CuttingProxy, never_arrives, reply_is_lost
from tests.integration.saves import append_standing_still, waiting_for_a_lock
from tests.waiting import until

KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"


@pytest.fixture
def elsewhere(write_model: Slackwater, proxy: CuttingProxy) -> Generator[Slackwater]:
    """A second process on the same store, behind a bad network."""
    assert write_model.epoch
    with closing(Slackwater(proxy.url)) as elsewhere:
        elsewhere.open()
        yield elsewhere


def published(store: Store) -> list[int]:
    entries = store.read_after(0, limit=100)
    return [entry.position for entry in entries if isinstance(entry.body, Published)]


def test_two_who_both_found_it_not_done_do_it_once_and_both_tell_what_was_done(
    write_model: Slackwater, elsewhere: Slackwater, database_url: str, store: Store
) -> None:
    ada = write_model.register(handle="ada", display_name=None).id
    one, other = (commands.publish(person=ada, text="once", key=KEY) for _ in range(2))
    assert one.id == other.id
    assert one.subject == other.subject
    assert one.at != other.at
    with ThreadPoolExecutor() as threads:
        with append_standing_still(database_url):
            racing = [
                threads.submit(write_model.execute, one),
                threads.submit(elsewhere.execute, other),
            ]
            until(lambda: waiting_for_a_lock(database_url) == 2, "both have looked, and wait")
        first, second = (each.result() for each in racing)
    assert first == second
    assert published(store) == [first.position]


def test_of_two_different_requests_that_race_under_one_key_one_is_refused(
    write_model: Slackwater, elsewhere: Slackwater, database_url: str, store: Store
) -> None:
    ada = write_model.register(handle="ada", display_name=None).id
    with ThreadPoolExecutor() as threads:
        with append_standing_still(database_url):
            racing = [
                threads.submit(who.execute, commands.publish(person=ada, text=text, key=KEY))
                for who, text in ((write_model, "one"), (elsewhere, "other"))
            ]
            until(lambda: waiting_for_a_lock(database_url) == 2, "both have looked, and wait")
        refused = [each.exception() for each in racing if each.exception() is not None]
    assert [type(each) for each in refused] == [KeyUsedOtherwise]
    assert len(published(store)) == 1


@pytest.mark.parametrize(
    "fates", [[reply_is_lost], [never_arrives], [never_arrives, reply_is_lost]]
)
def test_a_remembered_command_whose_reply_is_lost_is_done_once(
    fates: list[object],
    write_model: Slackwater,
    elsewhere: Slackwater,
    proxy: CuttingProxy,
    store: Store,
) -> None:
    ada = write_model.register(handle="ada", display_name=None).id
    bob = write_model.register(handle="bob", display_name=None).id
    given: list[AnyCommand] = [
        commands.publish(person=ada, text="once", key=KEY),
        commands.set_following(person=ada, followee=bob, following=False, key=KEY + "2"),
        commands.register(handle="cyd", display_name=None, key=KEY),
    ]
    for command in given:
        proxy.next_commits(*fates)  # pyright: ignore[reportArgumentType]
        done = elsewhere.execute(command)
        assert done == write_model.execute(command)
        record = write_model.remembered(command.id)
        assert record is not None
        assert (record.position, record.subject) == (done.position, command.subject)
    assert len(published(store)) == 1
