"""The home feed as a stream of changes, through the gateway."""

import threading
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from edge.tokens import AccessTokens
from query_api.feed_stream.streams import STREAMS_PER_PERSON_MAX
from tests.acceptance.people import Person
from tests.acceptance.streaming import Told, listening
from tests.waiting import until
from tests.whole_system import Running


def test_additions_and_removals_are_told_at_their_positions(people: list[Person]) -> None:
    ada, bob, cyd = people
    old = bob.post("before")
    ada.feed_as_of(bob.position)
    with listening(ada, Last_Event_ID=str(bob.position)) as listener:
        ada.follow(bob)
        followed_at = ada.position
        new = bob.post("news")
        published_at = bob.position
        cyd.post("not in this feed")
        bob.delete(new)
        deleted_at = bob.position
        mine = ada.post("mine")
        mine_at = ada.position
        ada.unfollow(bob)
        bob.post("after that")
        ada.post("last")
        told = listener.hears(6)
    assert [(one.event, one.position) for one in told] == [
        ("followed", followed_at),
        ("added", published_at),
        ("removed", deleted_at),
        ("added", mine_at),
        ("unfollowed", mine_at + 1),
        ("added", ada.position),
    ]
    followed, added, removed, own, unfollowed, _ = (one.data for one in told)
    assert (followed["author"]["id"], followed["more"]) == (bob.id, False)
    assert [item["id"] for item in followed["items"]] == [old["id"]]
    assert (added["text"], added["author"]["handle"], added["position"]) == (
        "news", bob.handle, published_at,
    )  # fmt: skip
    assert removed == {"id": new["id"]}
    assert own["id"] == mine["id"]
    assert unfollowed["author"]["id"] == bob.id


def test_who_comes_again_hears_each_change_once_and_misses_none(people: list[Person]) -> None:
    ada, bob, _ = people
    ada.follow(bob)
    ada.feed_as_of(ada.position)
    stop = threading.Event()
    published: list[str] = []

    def post_on() -> None:
        while not stop.is_set():
            published.append(bob.post(f"{len(published)}")["id"])

    told: list[Told] = []
    last_id = str(ada.position)
    writer = threading.Thread(target=post_on)
    writer.start()
    for _ in range(6):
        with listening(ada, Last_Event_ID=last_id) as listener:
            told += listener.hears(5)
            last_id = str(told[-1].position)
    stop.set()
    writer.join()
    with listening(ada, Last_Event_ID=last_id) as listener:
        told += listener.hears(len(published) - len(told))
    assert [one.data["id"] for one in told] == published


def test_a_follow_that_happened_meanwhile_counts_from_where_it_stands(
    people: list[Person],
) -> None:
    ada, bob, cyd = people
    ada.follow(bob)
    seen = ada.position
    bob.post("1")
    ada.unfollow(bob)
    bob.post("not for her")
    ada.follow(cyd)
    cyd.post("2")
    ada.feed_as_of(cyd.position)
    with listening(ada, Last_Event_ID=str(seen)) as listener:
        told = listener.hears(4)
    assert [one.event for one in told] == ["added", "unfollowed", "followed", "added"]
    assert [told[0].data["text"], told[3].data["text"]] == ["1", "2"]


def test_a_stream_outlives_the_restart_of_every_worker(
    running: Running, people: list[Person]
) -> None:
    ada = people[0]
    ada.post("first")
    ada.feed_as_of(ada.position)
    supervisor = running.system.supervisor
    with listening(ada, Last_Event_ID=str(ada.position)) as listener:
        names = ["relay", *running.system.projectors]
        for name in names:
            supervisor.want(name, running=False)
        until(lambda: not any(map(supervisor.is_running, names)), "they stop")
        ada.post("in the dark")
        for name in names:
            supervisor.want(name, running=True)
        [told] = listener.hears(1)
    assert told.data["text"] == "in the dark"


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Last-Event-ID": "999999999"}, 400), ({"Last-Event-ID": "x"}, 422), ({}, 401)],
)
def test_a_stream_that_cannot_begin_is_refused(
    people: list[Person], headers: dict[str, str], status: int
) -> None:
    ada = people[0]
    ada.feed_as_of(ada.position)
    who = ada.headers if headers else {}
    answer = ada.http.get("/feed/stream", headers=who | headers)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_person_has_so_many_streams_of_a_process_and_no_more(
    running: Running, people: list[Person]
) -> None:
    """`running` has one query API: several would each allow as many."""
    assert running.addresses.query_api
    ada, bob, _ = people
    ada.feed_as_of(ada.position)
    bob.feed_as_of(bob.position)
    with ExitStack() as open_streams:
        for _ in range(STREAMS_PER_PERSON_MAX):
            open_streams.enter_context(listening(ada))
        # Not read to its end: if it were not refused, it would have none.
        with ada.http.stream("GET", "/feed/stream", headers=ada.headers) as refused:
            assert refused.status_code == 429
            assert refused.headers["Retry-After"] == "5"
        with listening(bob):
            pass

    def there_is_room() -> bool:
        with ada.http.stream("GET", "/feed/stream", headers=ada.headers) as answer:
            return answer.status_code == 200

    until(there_is_room, "closed streams make room")


def test_a_stream_ends_with_the_callers_token(running: Running, people: list[Person]) -> None:
    key_file = running.addresses.token_key_file
    assert key_file is not None
    ada = people[0]
    ada.feed_as_of(ada.position)
    ada.token = short_lived(key_file, ada)
    with listening(ada) as listener:
        until(lambda: listener.ended, "it ends with the token")
    assert ada.http.get("/feed/", headers=ada.headers).status_code == 401


def short_lived(key_file: str, person: Person) -> str:
    return AccessTokens.under(Path(key_file).read_bytes().strip(), 2).issue(UUID(person.id))


def test_who_does_not_read_is_not_waited_for(http: httpx.Client, people: list[Person]) -> None:
    """Others hear what happens meanwhile."""
    ada, bob, _ = people
    bob.follow(ada)
    bob.feed_as_of(bob.position)
    with (
        http.stream("GET", "/feed/stream", headers=ada.headers) as unread,
        listening(bob, Last_Event_ID=str(bob.position)) as listener,
    ):
        for number in range(50):
            ada.post(f"{number} " + "x" * 1_900)
        assert len(listener.hears(50)) == 50
        assert unread.status_code == 200
