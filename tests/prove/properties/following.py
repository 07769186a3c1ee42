"""Follow and unfollow undo each other."""

from projections.shards import Shard
from tests.prove.look import Look
from tests.prove.properties.comparing import same
from tests.prove.run import Run


def a_follow_undone_leaves_the_feed_as_it_was_above_its_horizon(
    _run: Run, follower: int, before: dict[Shard, Look], after: dict[Shard, Look]
) -> int:
    """The horizon may have risen, and with it the end of the window; all else is as it was."""
    for shard, was in before.items():
        now = after[shard]
        same(now.authors, was.authors, f"{shard}: authors' windows")
        same(now.audiences, was.audiences, f"{shard}: audiences")
        for person in now.feeds:
            feed, before_it = now.seen(person), was.seen(person)
            if person == follower and feed != before_it:
                assert feed.horizon > before_it.horizon, f"{shard}: {was} became {now}"
                kept = [post for post in before_it.posts if post > feed.horizon]
                same(feed.posts, kept, f"feed of {person}")
            else:
                same(feed, before_it, f"feed of {person}")
    return len(before)
