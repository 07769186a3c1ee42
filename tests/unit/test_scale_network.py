"""A made network has the shape of a real one, an order that could have been, and is repeatable."""

import numpy as np
import pytest

from launcher.errors import LaunchError
from launcher.scale.estimate import GIB, estimate
from launcher.scale.history import MadeHistory
from launcher.scale.network import IN_DEGREE_EXPONENT, Numbers
from launcher.scale.sizes import Sizes
from launcher.scale.timeline import Step
from launcher.scale.writing import blocks

SIZES = Sizes(people=5_000, follows=150_000, posts=20_000, seed=7)


@pytest.fixture(scope="module")
def made() -> MadeHistory:
    return MadeHistory(SIZES)


def counts(places: Numbers) -> Numbers:
    return np.bincount(places, minlength=SIZES.people)


def ranks(values: Numbers) -> Numbers:
    return np.argsort(np.argsort(values, kind="stable"), kind="stable")


def written(history: MadeHistory) -> bytes:
    return b"".join(block for _, block in blocks(history.events()))


def test_every_follow_is_there_once_and_nobody_follows_themselves(made: MadeHistory) -> None:
    pairs = made.network.follower * SIZES.people + made.network.followee
    assert len(np.unique(pairs)) == len(pairs) == SIZES.follows
    assert (made.network.follower != made.network.followee).all()


def test_the_number_of_followers_falls_off_as_a_power_law(made: MadeHistory) -> None:
    followers = np.sort(counts(made.network.followee))[::-1]
    # Of a power law with this exponent, the logarithms of rank and number lie on a line.
    rank = np.arange(20, 1_000)
    slope = np.polyfit(np.log(rank), np.log(followers[rank]), 1)[0]
    assert slope == pytest.approx(-1 / (IN_DEGREE_EXPONENT - 1), abs=0.1)


def test_some_follow_very_many(made: MadeHistory) -> None:
    following = counts(made.network.follower)
    assert following.max() > 10 * np.median(following)


def test_who_is_followed_more_writes_more(made: MadeHistory) -> None:
    followers, posts = counts(made.network.followee), counts(made.network.author)
    assert np.corrcoef(ranks(followers), ranks(posts))[0, 1] > 0.3


def test_nothing_happens_before_what_it_rests_on(made: MadeHistory) -> None:
    line, network = made.timeline, made.network
    followed = line.positions_of(Step.FOLLOW)
    assert (followed > made.numbers[network.follower]).all()
    assert (followed > made.numbers[network.followee]).all()
    assert (made.posts > made.numbers[network.author]).all()
    for later, rests_on in ((Step.UNFOLLOW, followed), (Step.DELETE, made.posts)):
        chosen = line.step == later
        assert chosen.any()
        assert (line.position[chosen] > rests_on[line.subject[chosen]]).all()


def test_the_same_seed_makes_the_same_bytes_and_another_one_others() -> None:
    few = [MadeHistory(Sizes(100, 500, 200, seed)) for seed in (1, 1, 2)]
    first, again, other = map(written, few)
    assert first == again
    assert first != other


def test_more_follows_than_such_a_network_can_have_are_refused() -> None:
    with pytest.raises(LaunchError, match="at most 990"):
        Sizes(people=100, follows=1_000, posts=1, seed=1)


@pytest.mark.parametrize(("memory", "disk", "what"), [(1, 10_000, "memory"), (10_000, 1, "disk")])
def test_what_does_not_fit_is_refused_with_the_arithmetic(
    memory: int, disk: int, what: str
) -> None:
    needed = estimate(SIZES, window=500)
    needed.refuse_if_too_large(memory_free=10_000 * GIB, disk_free=10_000 * GIB)
    with pytest.raises(LaunchError, match=rf"GiB of {what} \(.*and 1\.0 GiB are free"):
        needed.refuse_if_too_large(memory_free=memory * GIB, disk_free=disk * GIB)
