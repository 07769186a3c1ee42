"""The feed rule: what a feed is, told by examples worked out by hand."""

from datetime import UTC, datetime

from domain.events import (
    Deleted,
    EventBody,
    Followed,
    Published,
    Registered,
    Unfollowed,
)
from domain.feed_rule import History, feed

AT = datetime(2026, 1, 1, tzinfo=UTC)
ADA, BOB, CYD = 1, 2, 3


def log(*bodies: EventBody) -> list[tuple[int, EventBody]]:
    """People are 1 to 3; what follows begins at position 4."""
    people = [Registered(at=AT, handle=f"h{n}xx", display_name="x") for n in (ADA, BOB, CYD)]
    return list(enumerate([*people, *bodies], start=1))


def published(author: int) -> Published:
    return Published(at=AT, author=author, text="x")


def followed(follower: int, followee: int) -> Followed:
    return Followed(at=AT, follower=follower, followee=followee)


def unfollowed(follower: int, followee: int) -> Unfollowed:
    return Unfollowed(at=AT, follower=follower, followee=followee)


def deleted(post: int, author: int) -> Deleted:
    return Deleted(at=AT, post=post, author=author)


def test_ones_own_posts_are_in_ones_feed_newest_first() -> None:
    assert feed(log(published(ADA), published(ADA)), ADA) == [5, 4]


def test_a_strangers_posts_are_not() -> None:
    assert feed(log(published(BOB)), ADA) == []


def test_a_follow_brings_the_followees_past_posts_in() -> None:
    assert feed(log(published(BOB), published(ADA), followed(ADA, BOB)), ADA) == [5, 4]


def test_an_unfollow_takes_them_out_and_leaves_the_rest() -> None:
    history = log(published(BOB), published(ADA), followed(ADA, BOB), unfollowed(ADA, BOB))
    assert feed(history, ADA) == [5]


def test_following_is_one_way() -> None:
    history = log(followed(ADA, BOB), published(ADA), published(BOB))
    assert feed(history, ADA) == [6, 5]
    assert feed(history, BOB) == [6]


def test_a_deleted_post_is_in_nobodys_feed() -> None:
    history = log(followed(ADA, BOB), published(BOB), published(BOB), deleted(5, BOB))
    assert feed(history, ADA) == [6]
    assert feed(history, BOB) == [6]


def test_the_feed_as_of_a_position_is_the_feed_of_the_log_up_to_it() -> None:
    history = log(published(BOB), followed(ADA, BOB), deleted(4, BOB))
    assert feed(history[:5], ADA) == [4]
    assert feed(history[:6], ADA) == []


def test_one_fold_answers_for_every_reader() -> None:
    history = History(log(followed(ADA, BOB), followed(CYD, ADA), published(ADA), published(BOB)))
    assert [history.feed(reader) for reader in (ADA, BOB, CYD)] == [[7, 6], [7], [6]]
