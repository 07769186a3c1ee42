"""What stands in Redis when every shard has arrived: all of it, key by key."""

from collections.abc import Iterable
from dataclasses import replace

import msgspec

from domain.events import Deleted, Erased, Followed, Published, Registered, Unfollowed
from projections.catalogue import PROJECTIONS
from projections.history.loader import Loader
from projections.home_feed.keys import HOME_FEED
from projections.posts.keys import POSTS, StoredPost
from projections.profiles.keys import PROFILES, StoredProfile
from projections.shards import Checkpoint, Generation, Shard
from tests.convergence.contents import contents
from tests.prove.model import State
from tests.prove.moments import paths_of_build
from tests.prove.properties.comparing import same, same_keys
from tests.prove.run import Run, projections_of

BULK = 1_000
"""The number of a generation that nobody else gets to."""

Contents = dict[str, object]


def nothing_but_the_windows_stands_in_redis(run: Run) -> int:
    """The active home feed is exactly what the model says, and every shard is at the head."""
    active = run.active()
    for shard, checkpoint in run.bench.generations.checkpoints(active.all_shards()).items():
        same(checkpoint, Checkpoint(run.head), f"checkpoint of {shard}")
    if warmth := warmth_of(run, active):
        return len(warmth)  # every look at a shard has been held against the model
    right = contents_of(run.model(active).at(run.head), active)
    return same_keys(contents(run.bench.redis, active), right, active)


def warmth_of(run: Run, generation: Generation) -> dict[int, int]:
    """Whose feeds are cold, or were, in any shard."""
    looks = [run.look(shard) for shard in generation.all_shards()]
    return {person: since for look in looks for person, since in look.warmth.items()}


def contents_of(state: State, generation: Generation) -> Contents:
    """What a generation in which nothing ever was cold holds as of a state, in the form of
    `contents`."""
    found: Contents = {}
    for shard in generation.all_shards():

        def is_home(person: int, shard: Shard = shard) -> bool:
            return shard.generation.shard_of(person) == shard

        feeds = {person: window for person, window in state.feeds.items() if is_home(person)}
        for lists, horizons, windows in (("f", "fh", feeds), ("w", "wh", state.authors)):
            for person, window in windows.items():
                _put(found, shard, f"{lists}:{person}", window.posts)
            trimmed = {b"%d" % p: b"%d" % w.horizon for p, w in windows.items() if w.horizon}
            if trimmed:
                found[f"{shard.index}:{horizons.encode()!r}"] = trimmed
        for person, audience in state.audiences.items():
            _put(found, shard, f"r:{person}", filter(is_home, audience))
        followees = [("g", *of) for of in state.great_followees.items()]
        followees += [("o", *of) for of in state.followees.items()]
        for letter, person, theirs in followees:
            _put(found, shard, f"{letter}:{person}", theirs if is_home(person) else [])
        great = {
            b"%d" % author: b"%d" % since
            for (index, author), since in state.great.items()
            if index == shard.index
        }
        if great:
            found[f"{shard.index}:{b'great'!r}"] = great
    return found


def a_bulk_build_makes_what_the_projectors_made(run: Run) -> int:
    """Of every projection that this history has."""
    compared = 0
    for projection in PROJECTIONS:
        if projection.name not in projections_of(run.plan):
            continue
        live = run.active(projection.name)
        bulk = replace(live, number=BULK)
        with Loader(run.bench.redis) as loader:
            projection.build(bulk, run.copied(run.head), loader)
        right = contents(run.bench.redis, live)
        if projection.name == HOME_FEED and warmth_of(run, live):
            # In what is built anew nothing is cold.
            right = contents_of(run.model(live).at(run.head), live)
        compared += same_keys(contents(run.bench.redis, bulk), right, f"bulk {projection.name}")
        run.bench.redis.delete("-", *run.bench.redis.keys(f"{{{projection.name}:{BULK}:*"))
        if projection.name == HOME_FEED:
            run.tally.paths += paths_of_build(run.model(live), run.rule, run.head)
    return compared


def posts_hold_every_visible_body_and_its_id(run: Run) -> int:
    """And nothing of deleted posts."""
    if not run.plan.has_facts:
        return 0
    active, found = run.active(POSTS), dict[str, object]()
    for entry in run.written():
        number, name = entry.position, _id_name(active, entry.originator_id.bytes)
        match entry.body:
            case Published(author=author, text=text, at=at):
                post = StoredPost(entry.originator_id, author, text, at)
                found[_fact_name(active, number)] = msgspec.json.encode(post)
                found[name] = b"%d" % number
            case Deleted(post=post):
                del found[_fact_name(active, post)], found[name]
            case _:
                pass
    return same_keys(contents(run.bench.redis, active), found, active)


def profiles_hold_everybody_and_both_sides_of_every_follow(run: Run) -> int:
    """Newest members first."""
    if not run.plan.has_facts:
        return 0
    active, found = run.active(PROFILES), dict[str, object]()
    edges: set[tuple[int, int]] = set()
    for entry in run.written():
        number = entry.position
        match entry.body:
            case Registered(handle=handle, display_name=name, at=at):
                profile = StoredProfile(entry.originator_id, handle, name, at)
                found[_fact_name(active, number)] = msgspec.json.encode(profile)
                found[_id_name(active, entry.originator_id.bytes)] = b"%d" % number
            case Erased(person=person):
                del found[_fact_name(active, person)]
                del found[_id_name(active, entry.originator_id.bytes)]
            case Followed(follower=follower, followee=followee):
                edges.add((follower, followee))
            case Unfollowed(follower=follower, followee=followee):
                edges.remove((follower, followee))
            case _:
                pass
    for person in run.people:
        home = active.shard_of(person)
        _put(found, home, f"r:{person}", sorted((a for a, b in edges if b == person), reverse=True))
        _put(found, home, f"o:{person}", sorted((b for a, b in edges if a == person), reverse=True))
    return same_keys(contents(run.bench.redis, active), found, active)


def _put(found: Contents, shard: Shard, name: str, entries: Iterable[int]) -> None:
    numbers = [b"%d" % entry for entry in entries]
    if numbers:
        found[f"{shard.index}:{name.encode()!r}"] = numbers


def _fact_name(generation: Generation, number: int) -> str:
    return f"{generation.index_of(number)}:{f'p:{number}'.encode()!r}"


def _id_name(generation: Generation, public_id: bytes) -> str:
    index = int.from_bytes(public_id[-4:]) % generation.shards
    return f"{index}:{(b'i:' + public_id)!r}"
