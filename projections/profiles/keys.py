"""The profiles' name, keys and values in one shard (each key behind the shard's tag).

    p:<person>  STRING  the profile, as JSON of StoredProfile   (shard of the number)
                        (none of a person who is erased, and none whose key is destroyed already)
    i:<id>      STRING  the number of the person with this id   (shard of the id, 16 bytes)
    r:<person>  LIST    the person's followers, by number, descending   (shard of the person)
    o:<person>  LIST    whom the person follows, likewise

The lists are sorted by number and so by registration, newest first: a cursor into them is a
position, and a page stays where it is whoever follows or unfollows meanwhile.

Names are of one letter since most lists are short: Valkey keeps a key of up to 21 bytes in 16 bytes
less than a longer one.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from domain.events import Registered
from projections.shards import Shard

PROFILES = "profiles"

FOLLOWERS = "r:"
FOLLOWEES = "o:"


class StoredProfile(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person as the read model holds them.

    With a `key`, names and all that the person writes are sealed, and this opens them
    (domain/sealing.py); without one they registered before anything was.
    """

    id: UUID
    handle: str
    display_name: str
    created_at: datetime
    key: bytes = b""


def profile_of(public_id: UUID, body: Registered, key: bytes) -> StoredProfile | None:
    """What a registration leads to; None if the key to it is destroyed."""
    if body.is_sealed and not key:
        return None
    return StoredProfile(public_id, body.handle, body.display_name, body.at, key)


def people_key(shard: Shard, people: str, number: int) -> str:
    """Where a person's followers or followees stand."""
    return f"{shard.tag}{people}{number}"
