"""Posts that were tried below the route and did not get through: never lost, never stored twice."""

import time
from dataclasses import replace
from uuid import UUID

import pytest
from eventsourcing.persistence import IntegrityError

from command_api.commands import Publish
from command_api.event_store import group_commit
from command_api.event_store.group_commit import Append
from command_api.intake import Accepted, Intake, Tried
from domain.events import Published
from edge.feed_token import HEADER
from projections.log.store import Store
from tests.integration.command_api import events, texts, until_replayed
from tests.integration.freezing import postgres_frozen
from tests.integration.posting import SEALING, UNUSUAL, Posting, assert_same, posting
from tests.integration.test_frozen_store import FIRST_SECONDS_MAX
from tests.servers import Servers
from tests.waiting import until

__all__ = ["posting"]  # a fixture


def test_while_something_waits_in_the_journal_a_post_waits_behind_it(
    posting: Posting, monkeypatch: pytest.MonkeyPatch
) -> None:
    def it_is_not(_: float) -> bool:
        return False

    monkeypatch.setattr(posting.api.state.intake._replay, "is_clear", it_is_not)
    answer, is_swift = posting.publish("a")
    assert (answer.status_code, is_swift) == (202, False)


def test_a_store_that_is_busy_is_told_by_the_route(
    posting: Posting, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert posting.publish("a")[1]
    monkeypatch.setattr(group_commit, "QUEUE_LENGTH_MAX", 0)
    route, _ = posting.publish("b", **UNUSUAL)
    answer, is_swift = posting.publish("b")
    assert (answer.status_code, is_swift) == (503, False)
    assert answer.headers["Retry-After"]
    assert_same(answer, route)


def test_a_post_that_was_stored_and_told_as_a_conflict_is_not_stored_again(
    posting: Posting, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = posting.write_model.recorder
    append = recorder.append_awaited

    async def stored_and_told_otherwise(given: Append) -> list[int]:
        await append(given)
        raise IntegrityError("its place is taken, by itself")

    monkeypatch.setattr(recorder, "append_awaited", stored_and_told_otherwise)
    answer, is_swift = posting.publish("once")
    assert (answer.status_code, is_swift) == (201, False)
    assert texts(store) == ["once"]
    [post] = [each for each in store.read_after(0, limit=9) if "post" in each.topic]
    assert answer.json()["id"] == str(post.originator_id)
    assert SEALING.open(answer.headers[HEADER]).position == post.position


def test_who_has_another_number_since_posts_under_the_new_one(
    posting: Posting, store: Store
) -> None:
    people = posting.write_model._decider._people
    ada = people.get(UUID(posting.ada))
    assert ada is not None
    known = ada.number
    people.remember(UUID(posting.ada), replace(ada, number=known + 9))
    assert [posting.publish(text)[1] for text in "ab"] == [False, True]
    authors = [each.author for each in events(store) if isinstance(each, Published)]
    assert authors == [known, known]
    assert texts(store) == ["a", "b"]


def test_a_store_that_stands_still_is_waited_for_once_and_the_post_is_journaled_as_it_is(
    posting: Posting, servers: Servers, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert posting.publish("before")[1]
    intake: Intake = posting.api.state.intake
    accept_tried, seen = intake.accept_tried, list[Tried]()

    def seen_and_accepted(tried: Tried) -> Accepted[Publish]:
        seen.append(tried)
        return accept_tried(tried)

    monkeypatch.setattr(intake, "accept_tried", seen_and_accepted)
    with postgres_frozen(servers):
        began = time.monotonic()
        answer, is_swift = posting.publish("once")
        assert time.monotonic() - began < FIRST_SECONDS_MAX
        assert (answer.status_code, is_swift) == (202, False)
        assert answer.headers["Retry-After"]
    [tried] = seen
    assert answer.json()["id"] == str(tried.command.subject)
    assert answer.json()["command"]["id"] == str(tried.command.id)
    until_replayed(posting.http)
    assert texts(store) == ["before", "once"]
    until(lambda: posting.publish("after")[1], "it is used again")
