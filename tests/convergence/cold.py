"""Holds a shard whose feeds went cold and warm against the model and against the feed rule."""

from collections.abc import Sequence

from redis import Redis

from domain.feed_rule import History
from projections.log.entry import Entry
from projections.shards import Shard
from tests.convergence.histories import up_to
from tests.prove.look import Look, Looker
from tests.prove.model import NOTHING, State, state_at


def assert_shard_is_right(redis: Redis, shard: Shard, people: list[int], log: list[Entry]) -> Look:
    """Every key of the shard is what the model says, and every feed what the rule says above its
    horizon, whoever of the people is cold. Not inside an event."""
    look = Looker(redis).at(shard, people)
    state = state_at(look.checkpoint.position, log, shard.generation, look.warmed)
    truth = History(up_to(log, look.checkpoint.position))
    assert_cold_is_right(look, state, people)
    for person in people:
        assert look.authors[person] == state.authors.get(person, NOTHING)
        assert_audience(look, state, person)
        is_stored = is_home(look, person) and not look.is_cold(person)
        if person != look.turning:
            right = state.feeds.get(person, NOTHING) if is_stored else NOTHING
            assert look.feeds[person] == right
            great = state.great_followees.get(person, []) if is_stored else []
            assert look.great_followees[person] == great
        if is_home(look, person):
            whole = look.seen(person)
            assert whole.posts == [p for p in truth.feed(person) if p > whole.horizon]
    return look


def assert_cold_is_right(look: Look, state: State, people: Sequence[int]) -> None:
    """Only people of the shard are cold; whom they follow is known, and their number by author."""
    assert all(is_home(look, person) for person in look.warmth)
    for person in people:
        right = state.followees.get(person, []) if is_home(look, person) else []
        assert look.followees[person] == right, f"followees of {person}"
    counts = {
        author: sum(_is_counted(look, author, one) for one in followers)
        for author, followers in state.audiences.items()
    }
    right_counts = {author: count for author, count in counts.items() if count}
    assert look.cold_followers == right_counts, "cold followers"


def assert_audience(look: Look, state: State, author: int) -> None:
    """Those whose feeds are warm, in the order in which they came."""
    live = [one for one in look.audiences[author] if one != look.turning]
    right = [one for one in state.audiences.get(author, []) if is_home(look, one)]
    warm = [one for one in right if not look.is_cold(one)]
    assert sorted(live) == sorted(warm), f"{live} are the followers of {author}, not {warm}"
    joined = [state.joined[one, author] for one in live]
    assert joined == sorted(joined), f"{live} joined the followers of {author} at {joined}"


def is_home(look: Look, person: int) -> bool:
    """Whether the person's feed belongs into this shard."""
    return look.shard.generation.shard_of(person) == look.shard


def _is_counted(look: Look, author: int, follower: int) -> bool:
    if follower == look.turning:
        return follower not in look.audiences[author]
    return is_home(look, follower) and look.is_cold(follower)
