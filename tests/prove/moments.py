"""Which rare paths a history takes by itself, told by the model of its windows."""

from collections import Counter

from domain.events import Deleted, EventBody, Followed, Published, Registered, Unfollowed
from projections.log.entry import Entry
from tests.prove import paths
from tests.prove.model import NOTHING, Model, Rule, State, Windows


def paths_of_history(entries: list[Entry], model: Model, rule: Rule) -> Counter[str]:
    """Every rare path that applying this log takes, and how often."""
    taken: Counter[str] = Counter()
    pairs: set[tuple[int, int]] = set()
    has_posts = False
    for entry, before, after in zip(entries, model.states[:-1], model.states[1:], strict=True):
        taken[paths.HOLE] += entry.position != entry.prev + 1
        match entry.body:
            case Registered():
                taken[paths.REGISTERED_LATE] += has_posts
            case Published():
                has_posts = True
                taken[paths.PUSH_TRIMMED_FEED] += _raised(before.feeds, after.feeds)
                taken[paths.PUSH_TRIMMED_AUTHOR] += _raised(before.authors, after.authors)
            case Followed() as body:
                pair = (body.follower, body.followee)
                taken[paths.FOLLOWED_AGAIN] += pair in pairs
                pairs.add(pair)
                taken.update(_of_follow(body, before, after, model.window, rule))
            case Unfollowed() | Deleted() as body:
                taken.update(_of_removal(body, before, after))
            case _:
                pass
    return taken


def paths_of_build(model: Model, rule: Rule, position: int) -> Counter[str]:
    """What a bulk build of the history up to a position has to find out about horizons."""
    taken: Counter[str] = Counter()
    for person, window in model.at(position).feeds.items():
        visible = rule.feed(person, position)
        by_what_is_visible = [*visible, *[0] * (model.window + 1)][model.window]
        if window.horizon > by_what_is_visible:
            trimmed = was_trimmed_to(window.horizon, person, position, model, rule)
            taken[paths.BULK_REMOVED if trimmed else paths.BULK_BROUGHT] += 1
    return taken


def was_trimmed_to(horizon: int, person: int, position: int, model: Model, rule: Rule) -> bool:
    """Whether more posts than fit ever stood in this feed from the horizon upwards."""
    return any(
        sum(post >= horizon for post in rule.feed(person, state.position)) > model.window
        for state in model.states
        if horizon <= state.position <= position
    )


def _raised(before: Windows, after: Windows) -> int:
    return sum(after[one].horizon > before.get(one, NOTHING).horizon for one in after)


def _of_follow(
    body: Followed, before: State, after: State, window: int, rule: Rule
) -> Counter[str]:
    taken: Counter[str] = Counter()
    mine = before.feeds.get(body.follower, NOTHING)
    theirs = before.authors.get(body.followee, NOTHING)
    horizon = after.feeds[body.follower].horizon
    taken[paths.FOLLOW_OF_SILENT] += not theirs.posts
    if horizon > max(mine.horizon, theirs.horizon):
        taken[paths.FOLLOW_TRIMMED] += 1
    elif horizon > mine.horizon:
        taken[paths.FOLLOW_BROUGHT] += 1
        crowd = sum(post >= horizon for post in rule.feed(body.follower, after.position))
        taken[paths.FOLLOW_BROUGHT_MORE] += crowd <= window
    return taken


def _of_removal(body: EventBody, before: State, after: State) -> Counter[str]:
    taken: Counter[str] = Counter()
    if isinstance(body, Unfollowed):
        removed = before.feeds[body.follower] != after.feeds[body.follower]
        taken[paths.UNFOLLOW_REMOVED] += removed
        theirs = before.authors.get(body.followee, NOTHING)
        taken[paths.UNFOLLOW_OF_TRIMMED] += theirs.horizon > 0
    elif isinstance(body, Deleted):
        for reader in before.audiences.get(body.author, []):
            feed = before.feeds.get(reader, NOTHING)
            taken[paths.DELETE_IN_FEED] += body.post in feed.posts
            taken[paths.DELETE_BELOW_FEED] += body.post <= feed.horizon
        own = before.authors[body.author]
        taken[paths.DELETE_BELOW_AUTHOR] += body.post <= own.horizon
    for reader, feed in after.feeds.items():
        emptied = before.feeds.get(reader, NOTHING).posts and not feed.posts
        taken[paths.EMPTIED] += bool(emptied) and feed.horizon > 0
    return taken
