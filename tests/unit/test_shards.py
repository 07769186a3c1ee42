"""Shards: who falls into which, and that their keys are their own."""

from collections import Counter

import pytest
import uuid_utils.compat

from projections.shards import Generation

GENERATION = Generation("posts", number=1, shards=4, window=5)
MEMBERS = 4_000
SHARE_MIN = 800
"""Of 1,000 on an even spread."""


@pytest.mark.parametrize("rhythm", [1, 2, 4, 12])
def test_numbers_spread_over_the_shards_in_whatever_rhythm_they_come(rhythm: int) -> None:
    found = Counter(GENERATION.shard_of(rhythm * n) for n in range(1, MEMBERS + 1))
    assert set(found) == set(GENERATION.all_shards())
    assert min(found.values()) >= SHARE_MIN


def test_ids_made_at_the_same_time_spread_over_the_shards() -> None:
    ids = [uuid_utils.compat.uuid7() for _ in range(MEMBERS)]
    found = Counter(map(GENERATION.shard_of_id, ids))
    assert set(found) == set(GENERATION.all_shards())
    assert min(found.values()) >= SHARE_MIN


def test_no_two_shards_of_any_generations_share_a_key() -> None:
    generations = [
        Generation(projection, number, shards=12, window=5)
        for projection in ("posts", "profiles")
        for number in range(1, 12)
    ]
    tags = [shard.tag for generation in generations for shard in generation.all_shards()]
    assert len(set(tags)) == len(tags)
