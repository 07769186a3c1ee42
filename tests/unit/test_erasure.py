"""What ends when somebody is gone: all that stands of theirs, once, and nothing of others."""

from hypothesis import given

from domain.erasure import ends
from domain.events import Deleted, DomainEvent, Erased, Followed, Published, Unfollowed
from domain.feed_rule import History
from tests.convergence.histories import AT, LogBuilder, histories


def with_versions(log: LogBuilder) -> list[tuple[int, DomainEvent]]:
    versions: dict[object, int] = {}
    found: list[tuple[int, DomainEvent]] = []
    for entry in log.entries:
        versions[entry.originator_id] = versions.get(entry.originator_id, 0) + 1
        event = DomainEvent(entry.originator_id, versions[entry.originator_id], entry.body)
        found.append((entry.position, event))
    return found


@given(log=histories)
def test_after_it_nothing_is_left_of_them_and_all_of_everybody_else(log: LogBuilder) -> None:
    person, events = log.people[0], with_versions(log)
    ended = list(ends(person, events, AT))
    before = History((position, event.body) for position, event in events)
    after = [*events, *enumerate(ended, events[-1][0] + 1)]
    left = History((position, event.body) for position, event in after)
    assert person not in left.authors.values()
    assert not left.followees.get(person)
    assert all(person not in followees for followees in left.followees.values())
    others = {post: author for post, author in before.authors.items() if author != person}
    assert left.authors == others
    for follower, followees in before.followees.items():
        if follower != person:
            assert left.followees[follower] == followees - {person}
    assert list(ends(person, after, AT)) == []
    taken = {(event.originator_id, event.originator_version) for _, event in events}
    assert all((end.originator_id, end.originator_version) not in taken for end in ended)


def test_each_end_names_what_it_ends() -> None:
    log = LogBuilder(2)
    ada, bob = log.people
    log._publish(ada)
    log._follow(bob, ada)
    [deleted, unfollowed] = [end.body for end in ends(ada, with_versions(log), AT)]
    assert deleted == Deleted(at=AT, post=log._visible[0][0], author=ada)
    assert unfollowed == Unfollowed(at=AT, follower=bob, followee=ada)
    assert not list(ends(ada, [], AT))
    kinds = {type(entry.body) for entry in log.entries}
    assert kinds >= {Published, Followed}
    assert Erased not in kinds
