"""Builds the home feed's shards from all of history at once."""

from collections.abc import Iterable, Sequence

import numpy as np

from projections.history.columns import NEVER, Column, Columns, ColumnsBuilder
from projections.history.events import Event
from projections.history.loader import Loader
from projections.home_feed.great_in_bulk import Follows, Parted, all_follows, parted
from projections.home_feed.keys import (
    AUTHOR_HORIZONS,
    AUTHOR_WINDOWS,
    FEED_HORIZONS,
    FEEDS,
    FOLLOWEES,
    FOLLOWERS,
    GREAT,
    GREAT_FOLLOWEES,
)
from projections.home_feed.windows_in_bulk import Sources, Windows, WindowsInBulk
from projections.placement import indices_of
from projections.shards import Generation, Shard

OWNERS_AT_ONCE = 2_000


def build(generation: Generation, events: Iterable[Event], loader: Loader) -> None:
    """Loads every shard with what the events, which begin with the first one, lead to."""
    builder = ColumnsBuilder()
    for event in events:
        builder.add(event)
    columns = builder.fold()
    in_bulk = WindowsInBulk(columns, generation.window)
    follows = all_follows(columns)
    index = indices_of(generation, columns.people)
    home = indices_of(generation, columns.follower)
    people = np.arange(len(columns.people))
    for chunk in _chunks(people):
        windows = in_bulk.compute(_own(chunk), len(chunk))
        owners = columns.people[chunk]
        _load_windows(
            loader, generation.all_shards(), owners, windows, AUTHOR_WINDOWS, AUTHOR_HORIZONS
        )
    for shard in generation.all_shards():
        theirs = parted(follows.where(home == shard.index), generation.great)
        for chunk in _chunks(people[index == shard.index]):
            sources = _own_and_followed(columns, theirs.stored, chunk)
            windows = in_bulk.compute(sources, len(chunk))
            _load_windows(loader, [shard], columns.people[chunk], windows, FEEDS, FEED_HORIZONS)
        _load_followers(loader, shard, follows.where(home == shard.index))
        _load_great(loader, shard, theirs)


def _chunks(people: Column) -> list[Column]:
    return [people[at : at + OWNERS_AT_ONCE] for at in range(0, len(people), OWNERS_AT_ONCE)]


def _own(people: Column) -> Sources:
    """Everyone's own posts, from ever and for ever."""
    owners = np.arange(len(people))
    return Sources(owners, people, np.zeros_like(owners), np.full_like(owners, NEVER))


def _own_and_followed(columns: Columns, follows: Follows, people: Column) -> Sources:
    """The sources of these people's feeds, sorted by owner; `people` are indices, ascending."""
    own = _own(people)
    numbers = columns.people[people]
    low = np.searchsorted(follows.follower, numbers)
    counts = np.searchsorted(follows.follower, numbers, side="right") - low
    rows = np.repeat(low - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
    every = Sources(
        np.concatenate((own.owner, np.repeat(own.owner, counts))),
        np.concatenate((own.author, np.searchsorted(columns.people, follows.followee[rows]))),
        np.concatenate((own.begin, follows.begin[rows])),
        np.concatenate((own.end, follows.end[rows])),
    )
    order = np.argsort(every.owner, kind="stable")
    return Sources(every.owner[order], every.author[order], every.begin[order], every.end[order])


def _load_windows(
    loader: Loader,
    shards: Sequence[Shard],
    owners: Column,
    windows: Windows,
    lists: str,
    horizons: str,
) -> None:
    """The same windows into each of these shards."""
    keys = ([f"{shard.tag}{lists}{owner}" for shard in shards] for owner in owners.tolist())
    loader.push(windows.posts, keys)
    trimmed = windows.horizons > 0
    if trimmed.any():
        fields = np.column_stack((owners[trimmed], windows.horizons[trimmed])).ravel().tolist()
        for shard in shards:
            loader.add("HSET", f"{shard.tag}{horizons}", *fields)


def _load_followers(loader: Loader, shard: Shard, follows: Follows) -> None:
    """Who follows whom among this shard's people, in the order in which they followed: by whom is
    followed and, where feeds can go cold, by who follows. All feeds begin warm."""
    standing = follows.where(follows.end == NEVER)
    order = np.lexsort((standing.begin, standing.followee))
    _load_lists(loader, shard, FOLLOWERS, standing.followee[order], standing.follower[order])
    if shard.generation.can_cool:
        order = np.lexsort((standing.begin, standing.follower))
        _load_lists(loader, shard, FOLLOWEES, standing.follower[order], standing.followee[order])


def _load_great(loader: Loader, shard: Shard, theirs: Parted) -> None:
    """Who is great, and whom of them everybody follows, in the order in which it began."""
    if theirs.great:
        fields = [number for field in theirs.great.items() for number in field]
        loader.add("HSET", f"{shard.tag}{GREAT}", *fields)
    standing = theirs.merged.where(theirs.merged.end == NEVER)
    _load_lists(loader, shard, GREAT_FOLLOWEES, standing.follower, standing.followee)


def _load_lists(loader: Loader, shard: Shard, lists: str, owner: Column, entries: Column) -> None:
    """A list for each owner; both columns are sorted by owner."""
    owners, starts = np.unique(owner, return_index=True)
    keys = [[f"{shard.tag}{lists}{one}"] for one in owners.tolist()]
    loader.push(np.split(entries, starts[1:])[: len(keys)], keys)
