"""Why a post is in a feed, or is not: reason, sentence and facts, over HTTP."""

from collections.abc import Callable

import httpx

from tests.acceptance.people import Person
from tests.whole_system import Running

UNKNOWN = "01a20353-9494-76da-a091-dd456c037a46"


def position_of_post(person: Person, text: str) -> tuple[str, int]:
    """Publishes; the post's id and position."""
    post = person.post(text)
    return post["id"], person.position


def test_each_reason_is_told_with_the_positions_that_decide_it(people: list[Person]) -> None:
    ada, bob, cyd = people
    mine, own_position = position_of_post(ada, "mine")
    theirs, post_position = position_of_post(bob, "theirs")
    stranger, _ = position_of_post(cyd, "unseen")
    ada.position = max(person.position for person in people)

    assert ada.why(UNKNOWN)["reason"] == "unknown"
    own = ada.why(mine)
    assert (own["reason"], own["in_feed"]) == ("own", True)
    assert f"at position {own_position}" in own["because"]
    assert ada.why(stranger)["reason"] == "not_followed"

    ada.follow(bob)
    since = ada.position
    followed = ada.why(theirs)
    assert (followed["reason"], followed["in_feed"]) == ("followed", True)
    assert f"since position {since}" in followed["because"]
    assert followed["as_of"] >= since

    ada.unfollow(bob)
    until = ada.position
    unfollowed = ada.why(theirs)
    assert (unfollowed["reason"], unfollowed["in_feed"]) == ("unfollowed", False)
    assert f"since position {until}" in unfollowed["because"]
    assert unfollowed["facts"] == {
        "post_position": post_position,
        "author_id": bob.id,
        "author_handle": bob.handle,
        "created_at": unfollowed["facts"]["created_at"],
        "deleted_position": None,
        "followed_position": since,
        "unfollowed_position": until,
    }


def test_a_deleted_post_is_not_in_a_feed_because_it_is_deleted(people: list[Person]) -> None:
    ada, bob, _ = people
    ada.follow(bob)
    post = bob.post("regret")
    bob.delete(post)
    ada.position = bob.position
    answer = ada.why(post["id"])
    assert (answer["reason"], answer["in_feed"]) == ("deleted", False)
    assert answer["facts"]["deleted_position"] == bob.position
    assert f"deleted it at position {bob.position}" in answer["because"]


def test_it_agrees_with_the_feed(people: list[Person]) -> None:
    ada, bob, cyd = people
    posts = [person.post(person.handle)["id"] for person in people]
    ada.follow(bob)
    cyd.follow(ada)
    ada.position = max(person.position for person in people)
    shown = {item["id"] for item in ada.feed_as_of(ada.position).json()["items"]}
    for post in posts:
        assert ada.why(post)["in_feed"] == (post in shown)


def test_a_post_that_has_not_arrived_yet_is_told_apart_from_one_that_does_not_exist(
    running: Running, people: list[Person], stopped: Callable[[list[str]], None]
) -> None:
    ada = people[0]
    ada.past_feed(ada.position)
    for away in (running.system.projectors, ["relational-projector"]):
        stopped(away)
        post, position = position_of_post(ada, "on its way")
        answer = ada.http.get(f"/feed/why/{post}", headers=ada.headers).json()
        assert (answer["reason"], answer["in_feed"]) == ("not_yet_applied", False)
        assert answer["as_of"] < position == answer["facts"]["post_position"]
        assert f"published at position {position}" in answer["because"]
        for name in away:
            running.system.supervisor.want(name, running=True)
        assert ada.why(post)["reason"] == "own"


def test_it_is_for_the_caller_alone_and_wants_an_id(http: httpx.Client) -> None:
    assert http.get(f"/feed/why/{UNKNOWN}").status_code == 401


def test_what_is_not_an_id_is_refused(people: list[Person]) -> None:
    answer = people[0].http.get("/feed/why/first", headers=people[0].headers)
    assert answer.status_code == 422
