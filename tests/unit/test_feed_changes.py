"""What events change in a feed, and whose posts were in it before them."""

from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.codec import CODEC
from domain.events import Deleted, EventBody, Followed, Published, Registered, Unfollowed
from domain.feed_rule import History
from projections.log.entry import Entry
from query_api.feed_stream.changes import (
    Added,
    AuthorCame,
    AuthorLeft,
    Change,
    Removed,
    Subscription,
    as_it_was,
)
from tests.examples import examples

AT = datetime(2026, 1, 1, tzinfo=UTC)
PEOPLE = (1, 2)

steps = st.lists(
    st.tuples(st.sampled_from("pfxd"), st.sampled_from(PEOPLE), st.sampled_from(PEOPLE)),
    min_size=30,
    max_size=60,
)


def log_of(steps: list[tuple[str, int, int]]) -> list[Entry]:
    """Two people, then whatever of these steps makes sense."""
    bodies: list[EventBody] = [Registered(at=AT, handle=f"h{n}", display_name="") for n in PEOPLE]
    standing: set[tuple[int, int]] = set()
    posts: dict[int, int] = {}
    for what, who, whom in steps:
        match what:
            case "p":
                posts[len(bodies) + 1] = who
                bodies.append(Published(at=AT, author=who, text=f"{len(bodies)}"))
            case "f" if who != whom and (who, whom) not in standing:
                standing.add((who, whom))
                bodies.append(Followed(at=AT, follower=who, followee=whom))
            case "x" if (who, whom) in standing:
                standing.remove((who, whom))
                bodies.append(Unfollowed(at=AT, follower=who, followee=whom))
            case "d" if posts:
                post, author = posts.popitem()
                bodies.append(Deleted(at=AT, post=post, author=author))
            case _:
                pass
    ids = {n: UUID(int=n) for n in range(1, len(bodies) + 1)}
    return [
        Entry(
            n, n - 1, ids[body.post if isinstance(body, Deleted) else n], body.TOPIC, _state(body)
        )
        for n, body in enumerate(bodies, 1)
    ]


def _state(body: EventBody) -> bytes:
    return CODEC.encode(body)


def played(feed: set[int], change: Change | None, log: list[Entry]) -> None:
    """What a client makes of a change; of an author who came it is told the posts."""
    authors = {e.position: e.body.author for e in log if isinstance(e.body, Published)}
    match change:
        case Added(position=position):
            feed.add(position)
        case Removed(post_id=post_id):
            feed.discard(post_id.int)
        case AuthorCame(position=position, author=author):
            visible = feed_of(author, log[:position])
            feed.update(post for post in visible if authors[post] == author)
        case AuthorLeft(author=author):
            feed.difference_update([post for post in feed if authors[post] == author])
        case None:
            pass


def feed_of(person: int, log: list[Entry]) -> list[int]:
    return History((entry.position, entry.body) for entry in log).feed(person)


def follows_of(person: int, log: list[Entry]) -> set[int]:
    subscription = Subscription(person, ())
    for entry in log:
        subscription.change(entry)
    return set(subscription.authors) - {person}


@settings(max_examples=examples(300))
@given(steps=steps, begin=st.floats(0, 1), person=st.sampled_from(PEOPLE))
def test_who_takes_in_every_change_has_the_feed_that_the_rule_says(
    steps: list[tuple[str, int, int]], begin: float, person: int
) -> None:
    log = log_of(steps)
    after = max(len(PEOPLE), int(begin * len(log)))
    feed = set(feed_of(person, log[:after]))
    subscription = Subscription(person, follows_of(person, log[:after]))
    for entry in log[after:]:
        played(feed, subscription.change(entry), log)
        assert sorted(feed, reverse=True) == feed_of(person, log[: entry.position])


@settings(max_examples=examples(300))
@given(steps=steps, begin=st.floats(0, 1), person=st.sampled_from(PEOPLE))
def test_from_whom_somebody_follows_now_it_is_told_whom_they_followed_then(
    steps: list[tuple[str, int, int]], begin: float, person: int
) -> None:
    log = log_of(steps)
    then = max(len(PEOPLE), int(begin * len(log)))
    was = as_it_was(person, follows_of(person, log), log[then:])
    assert was is not None
    assert was.authors == {person, *follows_of(person, log[:then])}
