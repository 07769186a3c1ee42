"""What holds at every moment in every shard of the home feed."""

from domain.events import Deleted, EventBody, Followed, Published, Unfollowed
from projections.shards import Checkpoint
from tests.convergence.cold import assert_audience
from tests.convergence.windows import Window
from tests.prove.look import Look
from tests.prove.model import NOTHING
from tests.prove.properties.comparing import same
from tests.prove.run import Run


def event_inside(run: Run, look: Look) -> EventBody | None:
    """The event that a shard is in the middle of, if it is."""
    if not look.checkpoint.place:
        return None
    return run.entries[run.index_after(look.checkpoint.position)].body


def as_of(run: Run, look: Look) -> dict[int, int]:
    """For which position each person's windows hold.

    That is the checkpoint's; in the middle of an event it is the next one for those served.
    """
    position, place = look.checkpoint.position, look.checkpoint.place
    holds = dict.fromkeys(run.people, position)
    match event := event_inside(run, look):
        case None:
            return holds
        case Published(author=author) | Deleted(author=author) | Followed(followee=author):
            first = author
        case Unfollowed(follower=first, followee=author):
            pass
        case _:
            raise AssertionError(f"{look.shard} is inside a {event}")
    next_position = run.entries[run.index_after(position)].position
    here = look.audiences[author]
    assert place < len(here), f"{look.shard}: place {place} of an audience of {len(here)}"
    for one in (first, *here[:place], *_cold_ones(run, look, event, author)):
        holds[one] = next_position
    return holds


def _cold_ones(run: Run, look: Look, event: EventBody, author: int) -> list[int]:
    """Who reads the authors' windows, and sees an event as soon as these have it."""
    if isinstance(event, Followed):
        return [event.follower] if look.is_cold(event.follower) else []
    return [one for one in run.people if look.is_cold(one) and author in look.followees[one]]


def every_window_equals_the_rule_above_its_horizon(run: Run, look: Look) -> int:
    """Feeds of the shard's people and everybody's own windows, also in the middle of an event.

    Feeds as readers see them, with the windows of great authors merged in.
    """
    holds = as_of(run, look)
    for person in run.people:
        what = f"{look.shard} at {look.checkpoint}, person {person}"
        own = run.rule.own(person, holds[person])
        _same_above(look.authors[person], own, look, f"{what}, own window")
        if _is_home(look, person):
            right, whole = run.rule.feed(person, holds[person]), look.seen(person)
            same(whole.posts, [post for post in right if post > whole.horizon], f"{what}, feed")
            _fits(look.feeds[person], look, f"{what}, stored feed")
        else:
            same(look.feeds[person], NOTHING, f"{what}, feed of another shard")
    return 2 * len(run.people)


def every_horizon_is_where_a_trim_or_a_follow_put_it(run: Run, look: Look) -> int:
    """No window knows less than it could, nor claims to know more."""
    model, holds = run.model(look.shard.generation, look.warmed), as_of(run, look)
    for person in run.people:
        what = f"{look.shard} at {look.checkpoint}, person {person}"
        right = model.at(holds[person])
        same(look.authors[person], right.authors.get(person, NOTHING), f"{what}, own window")
        if _is_home(look, person) and not look.is_cold(person):
            same(look.feeds[person], right.feeds.get(person, NOTHING), f"{what}, feed")
    return 2 * len(run.people)


def every_audience_stands_in_the_order_of_following(run: Run, look: Look) -> int:
    """So that the place inside an event means the same whoever goes on; nobody is in it whose feed
    is cold."""
    position, place = look.checkpoint.position, look.checkpoint.place
    model = run.model(look.shard.generation, look.warmed)
    # Who follows or unfollows has done so before the first of the others is served.
    state = model.after(position) if place else model.at(position)
    for person in run.people:
        assert_audience(look, state, person)
    return len(run.people)


def great_is_who_has_so_many_followers_and_for_whom_is_changed_over_already(
    run: Run, look: Look
) -> int:
    """In the middle of the follow or unfollow that changes it, follower by follower."""
    model, holds = run.model(look.shard.generation, look.warmed), as_of(run, look)
    state = model.at(look.checkpoint.position)
    here = {author: since for (i, author), since in state.great.items() if i == look.shard.index}
    same(look.great, here, f"{look.shard} at {look.checkpoint}, great authors")
    for person in [one for one in run.people if not look.is_cold(one)]:
        right = model.at(holds[person]).great_followees.get(person, [])
        right = right if _is_home(look, person) else []
        # Those who came together, as the feed was built again, stand in any order after a repair.
        found = sorted(look.great_followees[person])
        same(found, sorted(right), f"{look.shard}, great followees of {person}")
    return len(here) + len(run.people)


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
    _fits(window, look, what)


def _fits(window: Window, look: Look, what: str) -> None:
    length = look.shard.generation.window
    assert len(window.posts) <= length, f"{what}: {len(window.posts)} posts in a window of {length}"
