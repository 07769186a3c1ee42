"""Feeds as of any past position."""

from domain.feed_rule import feed
from tests.convergence.histories import up_to
from tests.prove.properties.comparing import same
from tests.prove.run import Run

SEEN_AGAIN_MAX = 12


def every_feed_seen_on_the_way_can_be_had_again(run: Run) -> int:
    """The feed rule as of an earlier position says today what the live feed showed then."""
    recorded = run.rng.sample(run.recorded, min(SEEN_AGAIN_MAX, len(run.recorded)))
    for one in recorded:
        rule = feed(up_to(run.entries, one.position), one.person)
        right = [post for post in rule if post > one.window.horizon]
        same(one.window.posts, right, f"feed of {one.person} as of {one.position}")
    return len(recorded)
