"""What holds at every moment in every shard of the home feed."""

from domain.events import Deleted, Followed, Published, Unfollowed
from projections.shards import Checkpoint
from tests.convergence.windows import Window
from tests.prove.look import Look
from tests.prove.model import NOTHING
from tests.prove.properties.comparing import same
from tests.prove.run import Run


def as_of(run: Run, look: Look) -> dict[int, int]:
    """For which position each person's windows hold.

    That is the checkpoint's; in the middle of an event it is the next one for those served.
    """
    position, place = look.checkpoint.position, look.checkpoint.place
    holds = dict.fromkeys(run.people, position)
    if place:
        event = run.entries[run.index_after(position)]
        assert isinstance(event.body, Published | Deleted), f"{look.shard} is inside a {event.body}"
        model = run.model(look.shard.generation.window)
        audience = model.at(position).audiences.get(event.body.author, [])
        here = [one for one in audience if _is_home(look, one)]
        assert place < len(here), f"{look.shard}: place {place} of an audience of {len(here)}"
        for one in (event.body.author, *here[:place]):
            holds[one] = event.position
    return holds


def every_window_equals_the_rule_above_its_horizon(run: Run, look: Look) -> int:
    """Feeds of the shard's people and everybody's own windows, also in the middle of an event."""
    holds = as_of(run, look)
    for person in run.people:
        what = f"{look.shard} at {look.checkpoint}, person {person}"
        own = run.rule.own(person, holds[person])
        _same_above(look.authors[person], own, look, f"{what}, own window")
        if _is_home(look, person):
            right = run.rule.feed(person, holds[person])
            _same_above(look.feeds[person], right, look, f"{what}, feed")
        else:
            same(look.feeds[person], NOTHING, f"{what}, feed of another shard")
    return 2 * len(run.people)


def every_horizon_is_where_a_trim_or_a_follow_put_it(run: Run, look: Look) -> int:
    """No window knows less than it could, nor claims to know more."""
    model, holds = run.model(look.shard.generation.window), as_of(run, look)
    for person in run.people:
        what = f"{look.shard} at {look.checkpoint}, person {person}"
        right = model.at(holds[person])
        same(look.authors[person], right.authors.get(person, NOTHING), f"{what}, own window")
        if _is_home(look, person):
            same(look.feeds[person], right.feeds.get(person, NOTHING), f"{what}, feed")
    return 2 * len(run.people)


def every_audience_stands_in_the_order_of_following(run: Run, look: Look) -> int:
    """So that the place inside an event means the same whoever goes on."""
    state = run.model(look.shard.generation.window).at(look.checkpoint.position)
    for person in run.people:
        right = [one for one in state.audiences.get(person, []) if _is_home(look, one)]
        same(look.audiences[person], right, f"{look.shard}, audience of {person}")
    return len(run.people)


def no_checkpoint_goes_back(run: Run, look: Look) -> int:
    """Inside a generation; except where somebody took the shard's keys away."""
    before = run.furthest.get(look.shard, Checkpoint())
    assert look.checkpoint >= before, f"{look.shard} went from {before} to {look.checkpoint}"
    run.furthest[look.shard] = look.checkpoint
    return 1


def what_is_held_takes_no_batch(run: Run, look: Look) -> int:
    """Until the hold runs out, or for ever if the generation rests."""
    before = run.held.get(look.shard)
    run.held[look.shard] = look
    if before is None or not 1 < before.held_until == look.held_until:
        return 0
    same(look.checkpoint, before.checkpoint, f"checkpoint of {look.shard}, which is held")
    return 1


def what_was_removed_is_nowhere(run: Run, look: Look) -> int:
    """No deleted post in any window, and nobody's posts in the feed of one who unfollowed them."""
    bodies = {e.position: e.body for e in run.entries if e.position <= look.checkpoint.position}
    deleted = {body.post for body in bodies.values() if isinstance(body, Deleted)}
    left: set[tuple[int, int]] = set()
    for body in bodies.values():
        if isinstance(body, Unfollowed):
            left.add((body.follower, body.followee))
        elif isinstance(body, Followed):
            left.discard((body.follower, body.followee))
    for person in run.people:
        for post in look.feeds[person].posts + look.authors[person].posts:
            assert post not in deleted, f"{look.shard}: deleted post {post} shown for {person}"
        for post in look.feeds[person].posts:
            author = body.author if isinstance(body := bodies.get(post), Published) else 0
            assert (person, author) not in left, f"{look.shard}: {post} of {author} for {person}"
    return len(deleted) + len(left)


def _is_home(look: Look, person: int) -> bool:
    return look.shard.generation.shard_of(person) == look.shard


def _same_above(window: Window, rule: list[int], look: Look, what: str) -> None:
    same(window.posts, [post for post in rule if post > window.horizon], what)
    length = look.shard.generation.window
    assert len(window.posts) <= length, f"{what}: {len(window.posts)} posts in a window of {length}"
