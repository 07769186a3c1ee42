"""Ways to corrupt a read model in Redis, each on something that is really there."""

import random
import re
from collections.abc import Callable
from typing import Any

from projections.generations import Generations
from projections.home_feed.keys import HOME_FEED
from projections.posts.keys import POSTS
from projections.profiles.keys import PROFILES

Redis = Any
"""A client; what it returns is known here better than to its types."""

Corrupt = Callable[[Redis, str, random.Random], None]


_SETTLE = """
local fallen = redis.call('LINDEX', KEYS[1], ARGV[1])
if fallen then
    redis.call('LTRIM', KEYS[1], 0, ARGV[1] - 1)
    redis.call('HSET', KEYS[2], ARGV[2], fallen)
end
"""


def settle(redis: Redis, name: str) -> None:
    """Makes no list longer than its window, so that there is nothing in it that means nothing."""
    windows = {one.number: one.window for one in Generations(redis).active([name])}
    for key in redis.scan_iter(f"{{{HOME_FEED}:*", _type="list") if name == HOME_FEED else ():
        [(tag, kind, owner)] = re.findall(r"({.*})(.*):(.*)", key.decode())
        window = windows.get(int(tag.split(":")[1]))
        if window and kind in ("f", "w"):
            redis.eval(_SETTLE, 2, key, f"{tag}{kind}h", window, owner)


def horizons(redis: Redis, name: str) -> list[str]:
    """The keys of hashes of horizons."""
    settle(redis, name)
    return sorted(key.decode() for key in redis.scan_iter(f"{{{name}:*}}[fw]h", _type="hash"))


def lists(redis: Redis, name: str, least: int) -> list[str]:
    """The keys of lists with at least so many entries."""
    settle(redis, name)
    return sorted(
        key.decode()
        for key in redis.scan_iter(f"{{{name}:*", _type="list")
        if redis.llen(key) >= least
    )


def strings(redis: Redis, name: str) -> list[bytes]:
    return sorted(redis.scan_iter(f"{{{name}:*", _type="string"))


def has_one_order(redis: Redis, key: str) -> bool:
    """Whether its entries came one after the other: with a feed that is built again all that stands
    for its owner comes at once, in any order."""
    tag, _, rest = key.partition("}")
    return rest[:2] not in ("r:", "g:") or not redis.exists(tag + "}warmth")


def drop_an_entry(redis: Redis, name: str, rng: random.Random) -> None:
    key = rng.choice(lists(redis, name, 1))
    redis.lrem(key, 1, rng.choice(redis.lrange(key, 0, -1)))


def double_an_entry(redis: Redis, name: str, rng: random.Random) -> None:
    key = rng.choice(lists(redis, name, 1))
    entry = rng.choice(redis.lrange(key, 0, -1))
    redis.linsert(key, "BEFORE", entry, entry)


def swap_two_entries(redis: Redis, name: str, rng: random.Random) -> None:
    key = rng.choice([key for key in lists(redis, name, 2) if has_one_order(redis, key)])
    one, other = rng.sample(range(redis.llen(key)), 2)
    first, second = redis.lindex(key, one), redis.lindex(key, other)
    redis.lset(key, one, second)
    redis.lset(key, other, first)


def add_a_foreign_entry(redis: Redis, name: str, rng: random.Random) -> None:
    redis.rpush(rng.choice(lists(redis, name, 1)), rng.choice(["1", "999999", "rubbish", "-5"]))


def lose_a_list(redis: Redis, name: str, rng: random.Random) -> None:
    redis.delete(rng.choice(lists(redis, name, 1)))


def put_a_list_into_another_shard(redis: Redis, name: str, rng: random.Random) -> None:
    of_one_shard = "}f:" if name == HOME_FEED else "}r:"
    key = rng.choice([k for k in lists(redis, name, 1) if of_one_shard in k])
    other = key.replace(":0}", ":x}").replace(":1}", ":0}").replace(":x}", ":1}")
    assert not redis.exists(other)
    redis.rpush(other, *redis.lrange(key, 0, -1))


def change_a_horizon(redis: Redis, name: str, rng: random.Random) -> None:
    key = rng.choice(horizons(redis, name))
    owner = rng.choice(redis.hkeys(key))
    now = int(redis.hget(key, owner))
    redis.hset(key, owner, rng.choice([now - 1, now + 1, 1, 999_999]))


def forget_a_horizon(redis: Redis, name: str, rng: random.Random) -> None:
    key = rng.choice(horizons(redis, name))
    redis.hdel(key, rng.choice(redis.hkeys(key)))


def give_a_horizon_to_nobody(redis: Redis, name: str, rng: random.Random) -> None:
    redis.hset(rng.choice(horizons(redis, name)), "77777", "5")


def forget_that_somebody_is_great(redis: Redis, name: str, rng: random.Random) -> None:
    key = rng.choice(sorted(redis.scan_iter(f"{{{name}:*}}great", _type="hash")))
    redis.hdel(key, rng.choice(redis.hkeys(key)))


def make_somebody_great(redis: Redis, name: str, rng: random.Random) -> None:
    audience = rng.choice([key for key in lists(redis, name, 1) if "}r:" in key])
    tag, _, author = audience.partition("r:")
    redis.hset(f"{tag}great", rng.choice([author, "77777"]), rng.choice(["3", "rubbish"]))


def lose_a_great_followee(redis: Redis, name: str, rng: random.Random) -> None:
    key = rng.choice([key for key in lists(redis, name, 1) if "}g:" in key])
    redis.lrem(key, 1, rng.choice(redis.lrange(key, 0, -1)))


def cold_people(redis: Redis, name: str) -> list[tuple[str, str]]:
    """Shards' tags and people whose feeds are cold there."""
    return [
        (key.removesuffix("warmth"), person.decode())
        for key in sorted(k.decode() for k in redis.scan_iter(f"{{{name}:*}}warmth", _type="hash"))
        for person, since in sorted(redis.hgetall(key).items())
        if since == b"0"
    ]


def deliver_to_a_cold_feed(redis: Redis, name: str, rng: random.Random) -> None:
    tag, person = rng.choice(cold_people(redis, name))
    redis.rpush(f"{tag}r:{rng.choice(redis.lrange(f'{tag}o:{person}', 0, -1)).decode()}", person)


def store_a_cold_feed(redis: Redis, name: str, rng: random.Random) -> None:
    tag, person = rng.choice(cold_people(redis, name))
    redis.rpush(f"{tag}f:{person}", "1")


def miscount_cold_followers(redis: Redis, name: str, rng: random.Random) -> None:
    key = rng.choice(sorted(redis.scan_iter(f"{{{name}:*}}cold", _type="hash")))
    redis.hset(key, rng.choice(redis.hkeys(key)), rng.choice(["0", "99", "rubbish"]))


def forget_a_followee(redis: Redis, name: str, rng: random.Random) -> None:
    key = rng.choice([key for key in lists(redis, name, 1) if "}o:" in key])
    redis.lrem(key, 1, rng.choice(redis.lrange(key, 0, -1)))


def change_a_fact(redis: Redis, name: str, rng: random.Random) -> None:
    key = rng.choice(strings(redis, name))
    now = redis.get(key)
    other = rng.choice([b"7", b"{}", now.replace(b"1", b"2") + b" "])
    redis.set(key, b"8" if other == now else other)


def lose_a_fact(redis: Redis, name: str, rng: random.Random) -> None:
    redis.delete(rng.choice(strings(redis, name)))


def keep_a_fact_of_nobody(redis: Redis, name: str, rng: random.Random) -> None:
    shard = f"{{{name}:1:{rng.randrange(2)}}}"
    redis.set(rng.choice([f"{shard}p:77777", f"{shard}i:0123456789abcdef", f"{shard}what"]), "1")


def put_text_in_place_of_a_list(redis: Redis, name: str, rng: random.Random) -> None:
    redis.set(rng.choice(lists(redis, name, 1)), rng.choice(["", "1", "rubbish"]))


def put_a_list_in_place_of_a_fact(redis: Redis, name: str, rng: random.Random) -> None:
    key = rng.choice(strings(redis, name))
    redis.delete(key)
    redis.rpush(key, "1")


LISTS = (
    drop_an_entry,
    double_an_entry,
    swap_two_entries,
    add_a_foreign_entry,
    lose_a_list,
    put_a_list_into_another_shard,
)
HORIZONS = (change_a_horizon, forget_a_horizon, give_a_horizon_to_nobody)
GREAT = (forget_that_somebody_is_great, make_somebody_great, lose_a_great_followee)
COLD = (deliver_to_a_cold_feed, store_a_cold_feed, miscount_cold_followers)
"""Of a home feed in which something is cold."""

FACTS = (change_a_fact, lose_a_fact, keep_a_fact_of_nobody)

OF_ANOTHER_TYPE = [
    (HOME_FEED, put_text_in_place_of_a_list),
    (PROFILES, put_text_in_place_of_a_list),
    (PROFILES, put_a_list_in_place_of_a_fact),
    (POSTS, put_a_list_in_place_of_a_fact),
]

CORRUPTIONS = [
    *((HOME_FEED, corrupt) for corrupt in (*LISTS, *HORIZONS, *GREAT, forget_a_followee)),
    *((PROFILES, corrupt) for corrupt in (*LISTS, *FACTS)),
    *((POSTS, corrupt) for corrupt in FACTS),
]
