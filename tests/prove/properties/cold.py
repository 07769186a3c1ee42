"""What holds of feeds that nobody reads."""

from tests.convergence.cold import assert_cold_is_right
from tests.prove.look import Look
from tests.prove.model import NOTHING
from tests.prove.properties.comparing import same
from tests.prove.run import Run


def nothing_is_kept_for_a_cold_feed_but_whom_its_owner_follows(run: Run, look: Look) -> int:
    """And to how many an author's posts are not delivered for that."""
    position, place = look.checkpoint.position, look.checkpoint.place
    model = run.model(look.shard.generation, look.warmed)
    # Who follows or unfollows has done so before the first of the others is served.
    state = model.after(position) if place else model.at(position)
    assert_cold_is_right(look, state, run.people)
    cold = [one for one in run.people if look.is_cold(one) and one != look.turning]
    for person in cold:
        same(look.feeds[person], NOTHING, f"{look.shard}: cold feed of {person}")
        same(look.great_followees[person], [], f"{look.shard}: great authors for {person}")
    return len(run.people) + len(cold)


def a_turn_changes_nothing_that_is_read(run: Run, before: Look, after: Look) -> int:
    """Above the horizons of before and after; and what is of nobody's feed not at all."""
    same(after.checkpoint, before.checkpoint, f"{after.shard}: checkpoint")
    same(after.authors, before.authors, f"{after.shard}: own windows")
    same(after.great, before.great, f"{after.shard}: great authors")
    same(after.followees, before.followees, f"{after.shard}: followees")
    for person in run.people:
        was, now = before.seen(person), after.seen(person)
        horizon = max(was.horizon, now.horizon)
        same(
            [post for post in now.posts if post > horizon],
            [post for post in was.posts if post > horizon],
            f"{after.shard}: feed of {person}",
        )
    return len(run.people)
