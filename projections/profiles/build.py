"""Builds the profiles' shards from all of history at once."""

from collections.abc import Iterable
from uuid import UUID

import msgspec
import numpy as np

from domain.events import Erased, Registered
from projections.history.columns import NEVER, Column, ColumnsBuilder
from projections.history.events import Event
from projections.history.loader import Loader
from projections.numbered_keys import fact_key, id_key
from projections.profiles.keys import (
    FOLLOWEES,
    FOLLOWERS,
    people_key,
    profile_of,
)
from projections.shards import Generation


def build(generation: Generation, events: Iterable[Event], loader: Loader) -> None:
    """Loads every shard with what the events, which begin with the first one, lead to."""
    builder = ColumnsBuilder()
    encode = msgspec.json.Encoder().encode
    for event in events:
        builder.add(event)
        match event.body:
            case Registered():
                public_id, number = UUID(bytes=event.originator_id), event.position
                profile = profile_of(public_id, event.body, event.key)
                if profile is not None:
                    loader.add(
                        "SET", fact_key(generation.shard_of(number), number), encode(profile)
                    )
                    loader.add("SET", id_key(generation.shard_of_id(public_id), public_id), number)
            case Erased(person=number):
                public_id = UUID(bytes=event.originator_id)
                loader.add("UNLINK", fact_key(generation.shard_of(number), number))
                loader.add("UNLINK", id_key(generation.shard_of_id(public_id), public_id))
            case _:
                pass
    columns = builder.fold()
    standing = columns.end == NEVER
    follower, followee = columns.follower[standing], columns.followee[standing]
    _load_people(generation, loader, FOLLOWEES, follower, followee)
    _load_people(generation, loader, FOLLOWERS, followee, follower)


def _load_people(
    generation: Generation, loader: Loader, people: str, owner: Column, member: Column
) -> None:
    """The lists of these owners' members, newest member first."""
    order = np.lexsort((-member, owner))
    owners, starts = np.unique(owner[order], return_index=True)
    keys = [[people_key(generation.shard_of(number), people, number)] for number in owners.tolist()]
    loader.push(np.split(member[order], starts[1:])[: len(keys)], keys)
