"""The read side over HTTP, through the gateway."""

import httpx
import pytest

from tests.acceptance.people import Person, get_as_of, position_of


def test_a_feed_shows_ones_own_posts_and_those_of_whom_one_follows(people: list[Person]) -> None:
    ada, bob, cyd = people
    ada.follow(bob)
    bob.post("from bob")
    cyd.post("from cyd")
    ada.post("from ada")
    assert ada.texts_as_of(ada.position) == ["from ada", "from bob"]


def test_a_feed_item_says_who_wrote_what_when_and_where_it_stands(people: list[Person]) -> None:
    ada = people[0]
    post = ada.post("hello")
    answer = ada.feed_as_of(ada.position)
    body = answer.json()
    assert set(body) == {"items", "next", "as_of", "lag"}
    assert body["items"] == [
        {
            "id": post["id"],
            "author": {"id": ada.id, "handle": ada.handle, "display_name": ada.handle},
            "text": "hello",
            "created_at": post["created_at"],
            "position": ada.position,
        }
    ]
    assert body["as_of"] == position_of(answer)
    assert set(body["lag"]) == {"events", "seconds"}
    assert answer.headers["Feed-Source"] == "redis"


def test_a_follow_brings_past_posts_in_and_an_unfollow_takes_them_out(
    people: list[Person],
) -> None:
    ada, bob, _ = people
    bob.post("before")
    ada.post("mine")
    ada.follow(bob)
    assert ada.texts_as_of(ada.position) == ["mine", "before"]
    ada.unfollow(bob)
    assert ada.texts_as_of(ada.position) == ["mine"]


def test_a_deleted_post_is_gone_everywhere(people: list[Person]) -> None:
    ada, bob, _ = people
    ada.follow(bob)
    post = bob.post("regret")
    assert ada.texts_as_of(bob.position) == ["regret"]
    assert get_as_of(ada.http, f"/feed/posts/{post['id']}", bob.position).status_code == 200
    bob.delete(post)
    assert ada.texts_as_of(bob.position) == []
    assert get_as_of(ada.http, f"/users/{bob.id}/posts", bob.position).json()["items"] == []
    assert ada.http.get(f"/feed/posts/{post['id']}").status_code == 404


def test_pages_joined_by_cursor_are_the_whole_feed_although_new_posts_arrive(
    people: list[Person],
) -> None:
    ada = people[0]
    for number in range(7):
        ada.post(str(number))
    answer = ada.feed_as_of(ada.position, limit=3)
    texts = [item["text"] for item in answer.json()["items"]]
    while cursor := answer.json()["next"]:
        ada.post("meanwhile")
        answer = ada.feed_as_of(ada.position, limit=3, cursor=cursor)
        texts += [item["text"] for item in answer.json()["items"]]
    assert texts == ["6", "5", "4", "3", "2", "1", "0"]


def test_the_link_header_names_the_next_page(people: list[Person]) -> None:
    ada = people[0]
    for number in range(3):
        ada.post(str(number))
    answer = ada.feed_as_of(ada.position, limit=2)
    path = answer.links["next"]["url"]
    following = ada.http.get(path, headers=ada.headers)
    assert [item["text"] for item in following.json()["items"]] == ["0"]
    assert "next" not in following.links


@pytest.mark.parametrize(
    "parameters",
    [
        {"limit": 0},
        {"limit": 101},
        {"cursor": "x"},
        {"cursor": "-1"},
        {"as_of": -1},
        {"as_of": 10**15 + 1},
    ],
)
def test_parameters_that_are_not_right_are_refused(
    people: list[Person], parameters: dict[str, str | int]
) -> None:
    answer = people[0].http.get("/feed/", headers=people[0].headers, params=parameters)
    assert answer.status_code == 422


def test_a_home_feed_is_only_its_owners(http: httpx.Client) -> None:
    assert http.get("/feed/").status_code == 401
    assert http.get("/feed/", headers={"Authorization": "Bearer forged"}).status_code == 401


def test_a_profile_counts_both_sides_and_lists_them_newest_member_first(
    people: list[Person],
) -> None:
    ada, bob, cyd = people
    for follower in (bob, cyd):
        follower.follow(ada)
    ada.follow(cyd)
    profile = get_as_of(ada.http, f"/users/{ada.id}", ada.position).json()
    assert (profile["handle"], profile["followers"], profile["following"]) == (ada.handle, 2, 1)
    followers = get_as_of(ada.http, f"/users/{ada.id}/followers", ada.position).json()
    assert [person["id"] for person in followers["items"]] == [cyd.id, bob.id]
    following = get_as_of(ada.http, f"/users/{ada.id}/following", ada.position).json()
    assert [person["id"] for person in following["items"]] == [cyd.id]
    cyd.unfollow(ada)
    followers = get_as_of(ada.http, f"/users/{ada.id}/followers", cyd.position).json()
    assert [person["id"] for person in followers["items"]] == [bob.id]


def test_lists_of_people_are_paged_by_cursor(people: list[Person]) -> None:
    ada, bob, cyd = people
    for follower in (bob, cyd):
        follower.follow(ada)
    path = f"/users/{ada.id}/followers?limit=1"
    first = get_as_of(ada.http, path, cyd.position)
    second = ada.http.get(first.links["next"]["url"])
    assert [first.json()["items"][0]["id"], second.json()["items"][0]["id"]] == [cyd.id, bob.id]
    assert second.json()["next"] is None


def test_an_authors_posts_are_public_and_paged(people: list[Person]) -> None:
    ada = people[0]
    for number in range(3):
        ada.post(str(number))
    first = get_as_of(ada.http, f"/users/{ada.id}/posts?limit=2", ada.position)
    second = ada.http.get(first.links["next"]["url"])
    items = first.json()["items"] + second.json()["items"]
    assert [item["text"] for item in items] == ["2", "1", "0"]


def test_who_or_what_does_not_exist_is_not_found(http: httpx.Client, people: list[Person]) -> None:
    unknown = "01a20353-9494-76da-a091-dd456c037a46"
    for path in (f"/users/{unknown}", f"/users/{unknown}/posts", f"/feed/posts/{unknown}"):
        answer = http.get(path)
        assert answer.status_code == 404, path
        assert f"as of position {position_of(answer)} there is no" in answer.json()["detail"]
        assert answer.headers["Feed-Source"] == "redis"
    assert http.get(f"/feed/posts/{people[0].id}").status_code == 404
