"""Mutants of what all projections share, of the posts and of the profiles."""

from tests.mutants.mutant import Mutant
from tests.mutants.targets import (
    ANY_BATCHES,
    CALLS,
    HYDRATION,
    POSTS,
    PROFILES,
    RECOVERY,
    SHARDS,
)

CHECKPOINTS = (
    Mutant(
        "a shard that stands elsewhere is written to all the same",
        "projections/checkpoint.lua",
        "position ~= tonumber(ARGV[1]) or place ~= tonumber(ARGV[2])",
        "false",
        ANY_BATCHES,
    ),
    Mutant(
        "the position is not compared",
        "projections/checkpoint.lua",
        "position ~= tonumber(ARGV[1]) or ",
        "",
        ANY_BATCHES,
    ),
    Mutant(
        "the place inside an event is not compared",
        "projections/checkpoint.lua",
        " or place ~= tonumber(ARGV[2])",
        "",
        CALLS,
    ),
    Mutant(
        "a refused call moves the checkpoint",
        "projections/checkpoint.lua",
        "tonumber(ARGV[2]) or found[4] then",
        "tonumber(ARGV[2]) or found[4] then "
        "redis.call('HSET', checkpoint_key, 'position', ARGV[3])",
        ANY_BATCHES,
    ),
    Mutant(
        "a shard that is held is written to",
        "projections/checkpoint.lua",
        "if is_in_the_future(",
        "if false and is_in_the_future(",
        RECOVERY,
    ),
    Mutant(
        "the place inside an event is not read back",
        "projections/generations.py",
        "int(place or 0)",
        "0",
        CALLS,
    ),
    Mutant(
        "a later call of a batch applies the event at its checkpoint again",
        "projections/batch.py",
        "if position > self.checkpoint.position:",
        "if position >= self.checkpoint.position:",
        ANY_BATCHES,
    ),
    Mutant(
        "a call that is given a part of a batch claims all of it",
        "projections/batch.py",
        "up_to, _ = given[-1]",
        "up_to = self._last",
        ("tests/integration/test_bounded_calls.py",),
    ),
    Mutant(
        "a worker that was refused does not learn where the shard stands",
        "projections/batch.py",
        "self.checkpoint, self._is_refused = reached, not moved",
        "self.checkpoint, self._is_refused = reached if moved else self.checkpoint, not moved",
        POSTS,
    ),
    Mutant(
        "a worker is silent between the calls of a long batch",
        "projections/batch_writer.py",
        "                between()\n",
        "                pass\n",
        CALLS,
    ),
    Mutant(
        "a shard begins above position 0",
        "projections/generations.py",
        '"position", "0"',
        '"position", "1"',
        RECOVERY,
    ),
    Mutant(
        "a shard that stands somewhere begins again",
        "projections/generations.py",
        "pipe.hsetnx(shard.checkpoint_key",
        "pipe.hset(shard.checkpoint_key",
        RECOVERY,
    ),
    Mutant(
        "every heartbeat makes generation 1 the active one again",
        "projections/generations.py",
        "            return in_use[0]\n",
        '            self._redis.hset(generations_key(projection), "active", 1)\n',
        RECOVERY,
    ),
)

SLICES = (
    Mutant(
        "numbers fall into shards by their remainder, in whatever rhythm they come",
        "projections/shards.py",
        "((number * _GOLDEN_RATIO_64 & _MASK_64) >> 32) % self.shards",
        "number % self.shards",
        SHARDS,
    ),
    Mutant(
        "ids fall into shards by the time of their making",
        "projections/shards.py",
        "public_id.int & 0xFFFF_FFFF",
        "public_id.int >> 96",
        SHARDS,
    ),
    Mutant(
        "two generations share their keys",
        "projections/shards.py",
        "{self.generation.projection}:{self.generation.number}:",
        "{self.generation.projection}:",
        SHARDS,
    ),
)

POSTS_AND_PROFILES = (
    Mutant(
        "a deleted post can still be found by its id",
        "projections/posts/apply.py",
        "REMOVE if body == REMOVE else number",
        "number",
        POSTS,
    ),
    Mutant(
        "a post's id stands in the shard of its number",
        "projections/posts/apply.py",
        "shard_of_id(entry.originator_id) == shard",
        "shard_of(number) == shard",
        POSTS,
    ),
    Mutant(
        "a deletion looks for the body at its own position",
        "projections/posts/apply.py",
        "_of_slice(shard, entry, number, REMOVE)",
        "_of_slice(shard, entry, entry.position, REMOVE)",
        POSTS,
    ),
    Mutant(
        "a deleted body stays, empty",
        "projections/posts/apply.lua",
        "redis.call('DEL', tag .. ARGV[i])",
        "redis.call('SET', tag .. ARGV[i], '')",
        POSTS,
    ),
    Mutant(
        "people are listed in the order of their follows",
        "projections/profiles/apply.lua",
        "insert(key, value)",
        "redis.call('LPUSH', key, value)",
        PROFILES,
    ),
    Mutant(
        "an unfollow leaves the lists of people as they are",
        "projections/profiles/apply.lua",
        "redis.call('LREM', key, 1, value)",
        "",
        PROFILES,
    ),
    Mutant(
        "a call of the profiles ends between the two halves of an event",
        "projections/profiles/apply.lua",
        "position ~= done and ",
        "",
        PROFILES,
    ),
    Mutant(
        "a call of the profiles that its budget ends claims the whole batch",
        "projections/profiles/apply.lua",
        "move_checkpoint(done, 0)",
        "move_checkpoint(tonumber(ARGV[3]), 0)",
        PROFILES,
    ),
    Mutant(
        "followers and followees are exchanged",
        "projections/profiles/apply.py",
        'f"{FOLLOWERS}{followee}"',
        'f"{FOLLOWEES}{followee}"',
        PROFILES,
    ),
    Mutant(
        "an entry at the bound counts as below it",
        "projections/descending.lua",
        "< bound then",
        "<= bound then",
        PROFILES,
    ),
)

READING = (
    Mutant(
        "a shard that is not here is an empty feed",
        "projections/reading.py",
        "if not looked.is_there:",
        "if False:",
        HYDRATION,
    ),
    Mutant(
        "the last page of a feed names another one",
        "projections/home_feed/read.py",
        "len(posts) > limit",
        "len(posts) >= limit",
        HYDRATION,
    ),
    Mutant(
        "an answer claims a post whose body is not there yet",
        "query_api/items.py",
        "min([as_of, *(number - 1 for number in not_yet)])",
        "as_of",
        HYDRATION,
    ),
    Mutant(
        "a deleted post is waited for",
        "query_api/items.py",
        "if reached[number] < number]",
        "]",
        HYDRATION,
    ),
    Mutant(
        "a body that arrives between two looks counts as deleted",
        "query_api/items.py",
        "found |= await cache.get(",
        "await cache.get(",
        HYDRATION,
    ),
)

MUTANTS = CHECKPOINTS + SLICES + POSTS_AND_PROFILES + READING
