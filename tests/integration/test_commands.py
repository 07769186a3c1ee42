"""The commands on real Postgres: what each stores, what it refuses, and which position it tells."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar
from uuid import UUID, uuid4

import pytest

from command_api.application import Committed, RegisteredPerson, Slackwater
from command_api.errors import HandleTaken, PersonNotFound, PostNotFound
from domain.errors import (
    CannotFollowYourself,
    InvalidDisplayName,
    InvalidHandle,
    InvalidText,
    NotTheAuthor,
)
from domain.events import (
    Deleted,
    EventBody,
    Followed,
    HandleClaimed,
    Published,
    Registered,
    Unfollowed,
)  # fmt: skip
from domain.follow import follow_id
from domain.person import handle_id
from projections.log.store import Store
from tests.integration.saves import PATIENCE_SECONDS
from tests.opening import opened

RIVALS = 8

Outcome = TypeVar("Outcome")


@pytest.fixture
def ada(write_model: Slackwater) -> RegisteredPerson:
    return write_model.register(handle="Ada", display_name="Ada Lovelace")


@pytest.fixture
def bob(write_model: Slackwater) -> RegisteredPerson:
    return write_model.register(handle="bob", display_name=None)


def log(store: Store) -> dict[int, EventBody]:
    """Everything in the store, by position."""
    return {entry.position: entry.body for entry in store.read_after(0, limit=1_000)}


def follows(store: Store) -> dict[int, EventBody]:
    """Every follow and unfollow in the store, by position."""
    return {n: body for n, body in log(store).items() if isinstance(body, Followed | Unfollowed)}


def test_registering_stores_claim_and_person_and_tells_the_persons_position(
    write_model: Slackwater, store: Store
) -> None:
    ada = write_model.register(handle="Ada", display_name=" Ada Lovelace ")
    claim, registered = store.read_after(0, limit=10)
    assert isinstance(claim.body, HandleClaimed)
    assert (claim.originator_id, claim.body.person_id) == (handle_id("ada"), ada.id)
    assert (registered.originator_id, registered.position) == (ada.id, ada.position)
    assert opened([claim, registered])[1] == ada.body
    assert ada.body == Registered(at=ada.body.at, handle="Ada", display_name="Ada Lovelace")


def test_a_persons_number_is_the_position_of_their_registration_for_every_process(
    write_model: Slackwater, ada: RegisteredPerson, database_url: str
) -> None:
    elsewhere = Slackwater(database_url)
    elsewhere.open()
    number = elsewhere.number_of(ada.id)
    elsewhere.close()
    assert number == write_model.number_of(ada.id) == ada.position


@pytest.mark.parametrize("handle", ["Ada", "ada", "ADA"])
def test_a_taken_handle_is_refused_in_any_letter_case_and_nothing_is_stored(
    handle: str, write_model: Slackwater, ada: RegisteredPerson, store: Store
) -> None:
    before = log(store)
    with pytest.raises(HandleTaken, match="this handle is taken"):
        write_model.register(handle=handle, display_name="Another")
    assert log(store) == before


def test_one_of_many_who_want_a_handle_at_once_gets_it(
    write_model: Slackwater, store: Store
) -> None:
    outcomes = at_once(
        lambda number: write_model.register(
            handle=["ada", "Ada", "ADA", "aDa"][number % 4], display_name=None
        )
    )
    [winner] = [outcome.result() for outcome in outcomes if outcome.exception() is None]
    refusals = [outcome.exception() for outcome in outcomes]
    assert sum(isinstance(refusal, HandleTaken) for refusal in refusals) == RIVALS - 1
    assert [type(body) for body in log(store).values()] == [HandleClaimed, Registered]
    assert opened(store.read_after(0, limit=10))[1] == winner.body


def test_what_the_domain_refuses_is_not_stored(
    write_model: Slackwater, ada: RegisteredPerson, store: Store
) -> None:
    before = log(store)
    with pytest.raises(InvalidHandle):
        write_model.register(handle="a b", display_name=None)
    with pytest.raises(InvalidDisplayName):
        write_model.register(handle="bob", display_name="\n")
    with pytest.raises(InvalidText):
        write_model.publish(author_id=ada.id, text=" ")
    with pytest.raises(CannotFollowYourself):
        write_model.set_following(follower_id=ada.id, followee_id=ada.id, following=True)
    assert log(store) == before


def test_following_again_stores_nothing_and_tells_the_same_position(
    write_model: Slackwater, ada: RegisteredPerson, bob: RegisteredPerson, store: Store
) -> None:
    first = write_model.set_following(follower_id=ada.id, followee_id=bob.id, following=True)
    again = write_model.set_following(follower_id=ada.id, followee_id=bob.id, following=True)
    assert first == again
    [(position, body)] = follows(store).items()
    assert position == first.position
    assert body == Followed(at=body.at, follower=ada.position, followee=bob.position)


def test_a_pair_can_be_followed_unfollowed_and_followed_again(
    write_model: Slackwater, ada: RegisteredPerson, bob: RegisteredPerson, store: Store
) -> None:
    states = [
        write_model.set_following(follower_id=ada.id, followee_id=bob.id, following=following)
        for following in (True, False, False, True)
    ]
    followed, unfollowed, followed_again = follows(store)
    assert [type(body) for body in follows(store).values()] == [Followed, Unfollowed, Followed]
    assert [(state.position, state.following) for state in states] == [
        (followed, True),
        (unfollowed, False),
        (unfollowed, False),
        (followed_again, True),
    ]


def test_unfollowing_whom_one_never_followed_stores_nothing_and_is_so_since_both_exist(
    write_model: Slackwater, ada: RegisteredPerson, bob: RegisteredPerson, store: Store
) -> None:
    one = write_model.set_following(follower_id=ada.id, followee_id=bob.id, following=False)
    other = write_model.set_following(follower_id=bob.id, followee_id=ada.id, following=False)
    assert not one.following
    assert one.position == other.position == max(ada.position, bob.position)
    assert follows(store) == {}


def test_many_equal_follows_at_once_store_one_event_and_all_tell_its_position(
    write_model: Slackwater, ada: RegisteredPerson, bob: RegisteredPerson, store: Store
) -> None:
    outcomes = at_once(
        lambda _: write_model.set_following(follower_id=ada.id, followee_id=bob.id, following=True)
    )
    assert [outcome.result().position for outcome in outcomes] == list(follows(store)) * RIVALS


def test_publishing_stores_the_trimmed_text_and_tells_its_position(
    write_model: Slackwater, ada: RegisteredPerson, store: Store
) -> None:
    post = write_model.publish(author_id=ada.id, text="  High water. \U0001f30a\n")
    entry = store.read_after(ada.position, limit=10)[0]
    assert opened(store.read_after(0, limit=10))[-1] == post.body
    assert (entry.originator_id, entry.position) == (post.id, post.position)
    assert post.body == Published(
        at=post.body.at, author=ada.position, text="High water. \U0001f30a"
    )


def test_deleting_ones_post_again_stores_nothing_and_tells_the_same_position(
    write_model: Slackwater, ada: RegisteredPerson, store: Store
) -> None:
    post = write_model.publish(author_id=ada.id, text="High water.")
    first = write_model.delete(caller_id=ada.id, post_id=post.id)
    again = write_model.delete(caller_id=ada.id, post_id=post.id)
    assert again == first
    [entry] = store.read_after(post.position, limit=10)
    assert entry.position == first.position
    assert entry.body == Deleted(at=entry.body.at, post=post.position, author=ada.position)


def test_many_equal_deletes_at_once_store_one_event_and_all_tell_its_position(
    write_model: Slackwater, ada: RegisteredPerson, store: Store
) -> None:
    post = write_model.publish(author_id=ada.id, text="High water.")
    outcomes = at_once(lambda _: write_model.delete(caller_id=ada.id, post_id=post.id))
    [deletion] = store.read_after(post.position, limit=10)
    assert [outcome.result().position for outcome in outcomes] == [deletion.position] * RIVALS


def test_anothers_post_stays(
    write_model: Slackwater, ada: RegisteredPerson, bob: RegisteredPerson, store: Store
) -> None:
    post = write_model.publish(author_id=ada.id, text="High water.")
    with pytest.raises(NotTheAuthor):
        write_model.delete(caller_id=bob.id, post_id=post.id)
    assert store.read_after(post.position, limit=10) == []


def test_nobody_acts_under_an_id_that_is_no_persons(
    write_model: Slackwater, ada: RegisteredPerson, bob: RegisteredPerson, store: Store
) -> None:
    post = write_model.publish(author_id=ada.id, text="High water.")
    write_model.set_following(follower_id=ada.id, followee_id=bob.id, following=True)
    before = log(store)
    commands: list[Callable[[UUID], Committed]] = [
        lambda who: write_model.set_following(follower_id=who, followee_id=ada.id, following=True),
        lambda who: write_model.set_following(follower_id=ada.id, followee_id=who, following=False),
        lambda who: write_model.publish(author_id=who, text="High water."),
        lambda who: write_model.delete(caller_id=who, post_id=post.id),
    ]
    for stranger in (uuid4(), post.id, handle_id("ada"), follow_id(ada.id, bob.id)):
        for command in commands:
            with pytest.raises(PersonNotFound, match=str(stranger)):
                command(stranger)
    assert log(store) == before


def test_nothing_but_a_post_can_be_deleted(
    write_model: Slackwater, ada: RegisteredPerson, bob: RegisteredPerson, store: Store
) -> None:
    write_model.set_following(follower_id=ada.id, followee_id=bob.id, following=True)
    before = log(store)
    for no_post in (uuid4(), ada.id, handle_id("ada"), follow_id(ada.id, bob.id)):
        with pytest.raises(PostNotFound, match=str(no_post)):
            write_model.delete(caller_id=ada.id, post_id=no_post)
    assert log(store) == before


def at_once(command: Callable[[int], Outcome]) -> list[Future[Outcome]]:
    """The command from so many threads at the same time; it is told its number."""
    start = threading.Barrier(RIVALS)

    def run(number: int) -> Outcome:
        start.wait(PATIENCE_SECONDS)
        return command(number)

    with ThreadPoolExecutor(RIVALS) as callers:
        return [callers.submit(run, number) for number in range(RIVALS)]
