"""Which rare paths a history takes by itself, told by the model of its windows."""

from collections import Counter
from collections.abc import Sequence

from domain.events import Deleted, EventBody, Followed, Published, Registered, Unfollowed
from projections.log.entry import Entry
from tests.prove import paths
from tests.prove.model import NOTHING, Model, Rule, State, Windows


def paths_of_history(entries: list[Entry], model: Model, rule: Rule) -> Counter[str]:
    """Every rare path that applying this log takes, and how often."""
    taken: Counter[str] = Counter()
    pairs: set[tuple[int, int]] = set()
    once_great: set[tuple[int, int]] = set()
    has_posts = False
    for entry, before, after in zip(entries, model.states[:-1], model.states[1:], strict=True):
        taken[paths.HOLE] += entry.position != entry.prev + 1
        match entry.body:
            case Registered():
                taken[paths.REGISTERED_LATE] += has_posts
            case Published() as body:
                has_posts = True
                taken[paths.GREAT_PUBLISHED] += _is_great(before, body.author)
                taken[paths.PUSH_TRIMMED_FEED] += _raised(before.feeds, after.feeds)
                taken[paths.PUSH_TRIMMED_AUTHOR] += _raised(before.authors, after.authors)
            case Followed() as body:
                pair = (body.follower, body.followee)
                taken[paths.FOLLOWED_AGAIN] += pair in pairs
                pairs.add(pair)
                if body.followee in after.great_followees.get(body.follower, []):
                    taken.update(_of_great(body, before, after, once_great))
                else:
                    taken.update(_of_follow(body, before, after, model.window, rule))
            case Unfollowed() | Deleted() as body:
                taken.update(_of_removal(body, before, after))
            case _:
                pass
        once_great |= after.great.keys()
    return taken


def paths_of_build(model: Model, rule: Rule, position: int) -> Counter[str]:
    """What a bulk build of the history up to a position has to find out about horizons."""
    taken: Counter[str] = Counter()
    end = model.at(position)
    up_to_end = [state for state in model.states if state.position <= position]
    taken[paths.BULK_GREAT] += any(state.great for state in up_to_end)
    for person, window in end.feeds.items():
        visible = _stored(rule, end, person)
        by_what_is_visible = [*visible, *[0] * (model.window + 1)][model.window]
        if window.horizon > by_what_is_visible:
            trimmed = _was_trimmed_to(window.horizon, person, up_to_end, model.window, rule)
            taken[paths.BULK_REMOVED if trimmed else paths.BULK_BROUGHT] += 1
    return taken


def _was_trimmed_to(
    horizon: int, person: int, states: Sequence[State], window: int, rule: Rule
) -> bool:
    """Whether more posts than fit ever stood in this feed from the horizon upwards."""
    return any(
        sum(post >= horizon for post in _stored(rule, state, person)) > window
        for state in states
        if horizon <= state.position
    )


def _stored(rule: Rule, state: State, person: int) -> list[int]:
    """What the rule shows of a feed but for the posts of great authors, who are merged in."""
    authors, great = rule.at(state.position).authors, state.great_followees.get(person, [])
    return [p for p in rule.feed(person, state.position) if authors[p] not in great]


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
        crowd = sum(post >= horizon for post in _stored(rule, after, body.follower))
        taken[paths.FOLLOW_BROUGHT_MORE] += crowd <= window
    return taken


def _of_great(
    body: Followed, before: State, after: State, once_great: set[tuple[int, int]]
) -> Counter[str]:
    """Of a follow of somebody who is great, or becomes so."""
    taken: Counter[str] = Counter()
    became = after.great.keys() - before.great.keys()
    taken[paths.GREAT_FOLLOWED] += not became
    taken[paths.BECAME_GREAT] += len(became)
    taken[paths.BECAME_GREAT_AGAIN] += len(became & once_great)
    taken[paths.BECAME_GREAT_WITH_POSTS] += any(
        before.feeds.get(one, NOTHING) != feed for one, feed in after.feeds.items()
    )
    return taken


def _is_great(state: State, author: int) -> bool:
    return any(one == author for _, one in state.great)


def _of_removal(body: EventBody, before: State, after: State) -> Counter[str]:
    taken: Counter[str] = Counter()
    if isinstance(body, Unfollowed):
        mine = before.feeds.get(body.follower, NOTHING)
        taken[paths.UNFOLLOW_REMOVED] += mine != after.feeds.get(body.follower, NOTHING)
        great = body.followee in before.great_followees.get(body.follower, [])
        ceased = len(before.great) - len(after.great)
        taken[paths.GREAT_UNFOLLOWED] += great and not ceased
        taken[paths.CEASED_GREAT] += ceased
        taken[paths.CEASED_GREAT_TRIMMED] += bool(ceased) and _raised(before.feeds, after.feeds) > 0
        theirs = before.authors.get(body.followee, NOTHING)
        taken[paths.UNFOLLOW_OF_TRIMMED] += theirs.horizon > 0
    elif isinstance(body, Deleted):
        for reader in before.audiences.get(body.author, []):
            feed = before.feeds.get(reader, NOTHING)
            taken[paths.DELETE_IN_FEED] += body.post in feed.posts
            taken[paths.DELETE_BELOW_FEED] += body.post <= feed.horizon
        taken[paths.GREAT_DELETED] += _is_great(before, body.author)
        own = before.authors[body.author]
        taken[paths.DELETE_BELOW_AUTHOR] += body.post <= own.horizon
    for reader, feed in after.feeds.items():
        emptied = before.feeds.get(reader, NOTHING).posts and not feed.posts
        taken[paths.EMPTIED] += bool(emptied) and feed.horizon > 0
    return taken
