"""Shards: who falls into which, and that their keys are their own."""

from collections import Counter

import pytest
import uuid_utils.compat

from projections.greatness import NOBODY_IS_GREAT, Greatness
from projections.shards import Generation, decode_registry, encode_entry

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


def test_the_registry_keeps_the_whole_shape_of_a_generation() -> None:
    generation = Generation("posts", 3, shards=4, window=5, release=2, great=Greatness(9, 7))
    [listed] = decode_registry("posts", {b"3": encode_entry(generation, building=False)})
    assert listed.generation == generation


def test_nobody_is_great_in_a_generation_from_before_there_were_great_authors() -> None:
    [listed] = decode_registry("home-feed", {b"1": b'{"shards":4,"window":500,"building":false}'})
    assert listed.generation.great == NOBODY_IS_GREAT


def test_no_list_outgrows_its_window_in_a_generation_from_before_there_were_long_lists() -> None:
    [listed] = decode_registry("home-feed", {b"1": b'{"shards":4,"window":500,"can_cool":true}'})
    assert listed.generation.longest == listed.generation.window
    entry = encode_entry(listed.generation, building=False)
    assert decode_registry("home-feed", {b"1": entry})[0].generation == listed.generation


def test_nothing_goes_cold_in_a_generation_from_before_there_were_cold_feeds() -> None:
    [listed] = decode_registry("home-feed", {b"1": b'{"shards":4,"window":500,"great_from":9}'})
    assert not listed.generation.can_cool
    entry = encode_entry(listed.generation, building=False)
    assert decode_registry("home-feed", {b"1": entry})[0].generation == listed.generation
