"""What verification says of great authors, against the model, as of any position."""

import random
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis

from projections.batch_writer import BatchWriter
from projections.greatness import Greatness
from projections.home_feed.apply import PROJECTION
from projections.home_feed.keys import GREAT, HOME_FEED
from projections.shards import Generation, Shard
from projections.verify.greatness import GreatAuthors
from projections.verify.inspection import Inspection, Sample
from projections.verify.joined import joined_lists
from projections.verify.lists import people_of
from projections.verify.truth import Numbers
from tests.convergence.contents import contents
from tests.convergence.histories import LogBuilder, histories
from tests.convergence.test_great_audiences import apply_all, followed
from tests.convergence.test_home_feed_converges import on_one_server, shapes
from tests.integration.corruptions import (
    forget_that_somebody_is_great,
    lose_a_great_followee,
    make_somebody_great,
)
from tests.prove.model import Model
from tests.prove.truth_from_log import IdentitiesFromLog, TruthFromLog


def great_followees(
    great: GreatAuthors, shard: Shard, people: Numbers, position: int
) -> list[Numbers]:
    """One list for each, in the order in which that began."""
    return joined_lists(*great.followees(shard, people, position), len(people))[0].each()


@on_one_server
@given(log=histories, generation=shapes, part=st.floats(0.1, 1.0))
def test_as_of_any_position_the_same_are_great_and_for_the_same_people(
    log: LogBuilder, generation: Generation, part: float
) -> None:
    """Also if history goes on meanwhile."""
    model, told = Model(log.entries, generation), log.entries[: int(part * len(log.entries)) or 1]
    truth = TruthFromLog(lambda: told)
    great = GreatAuthors(truth, generation)
    great.followers_ever()
    told = log.entries
    truth.advance()
    for shard in generation.all_shards():
        people = people_of(shard, truth.people)
        for state in model.states:
            here = {
                author: great.great_since(shard, author, state.position)
                for author in great.ever_great(shard).tolist()
            }
            right = {a: since for (home, a), since in state.great.items() if home == shard.index}
            assert {author: since for author, since in here.items() if since} == right
            found = great_followees(great, shard, people, state.position) if len(people) else []
            for person, followees in zip(people.tolist(), found, strict=True):
                assert followees.tolist() == state.great_followees.get(person, [])


@on_one_server
@given(log=histories, generation=shapes, seed=st.integers(0, 1_000))
def test_whatever_is_wrong_about_great_authors_is_found_and_mended(
    redis: Redis, log: LogBuilder, generation: Generation, seed: int
) -> None:
    redis.flushall()
    for shard in generation.all_shards():
        apply_all(BatchWriter(redis, PROJECTION), shard, log.entries)
    truth = TruthFromLog(lambda: log.entries)
    identities = IdentitiesFromLog(lambda: log.entries, truth)
    sound, rng = contents(redis, generation), random.Random(seed)
    for corrupt in (forget_that_somebody_is_great, make_somebody_great, lose_a_great_followee):
        try:
            corrupt(redis, HOME_FEED, rng)
        except IndexError:
            continue  # nobody is great, or nobody follows anybody
        found = Inspection(redis, generation, truth, identities, repair=True).inspect(Sample())
        assert found.different > 0
        assert contents(redis, generation) == sound
        again = Inspection(redis, generation, truth, identities).inspect(Sample())
        assert [str(one) for one in again.differences] == []


def test_a_difference_says_who_is_not_great_and_since_when_they_should_be(redis: Redis) -> None:
    generation = Generation(HOME_FEED, 1, shards=1, window=5, great=Greatness(3, 1))
    shard, log = generation.shard(0), followed(3)
    apply_all(BatchWriter(redis, PROJECTION), shard, log.entries)
    truth = TruthFromLog(lambda: log.entries)
    identities = IdentitiesFromLog(lambda: log.entries, truth)
    author, since = log.people[0], log.entries[-1].position
    for value, shown in ((None, "nothing"), ("7", "7")):
        redis.delete(shard.tag + GREAT)
        if value:
            redis.hset(shard.tag + GREAT, str(author), value)
        inspection = Inspection(redis, generation, truth, identities)
        [found] = inspection.inspect(Sample()).differences
        assert (found.item, found.owner) == ("great author", author)
        assert f": {shown}, not {since} (as of {since})" in str(found)


def test_who_became_great_after_where_a_shard_says_it_stands_is_found_at_once(redis: Redis) -> None:
    """Also if history was read before that, and is read on only for the next shard."""
    shapes = Generation(HOME_FEED, 1, shards=2, window=5)
    people = followed(0).people
    times = next(n for n in range(2, 7) if shapes.index_of(people[n]) == 0)
    log, here = followed(times), [n for n in people[1 : times + 1] if shapes.index_of(n) == 0]
    generation = replace(shapes, great=Greatness(len(here), 0))
    told = log.entries[:-1]
    truth = TruthFromLog(lambda: told)
    identities = IdentitiesFromLog(lambda: told, truth)
    truth.advance()
    told = log.entries
    for shard in generation.all_shards():
        apply_all(BatchWriter(redis, PROJECTION), shard, log.entries)
    redis.hset(generation.shard(0).checkpoint_key, "position", log.entries[-3].position)
    found = Inspection(redis, generation, truth, identities, repair=True).inspect(Sample())
    assert ("great author", log.people[0]) in {(one.item, one.owner) for one in found.differences}
    assert Inspection(redis, generation, truth, identities).inspect(Sample()).differences == []


def test_who_is_of_another_shard_has_no_great_followees_here() -> None:
    generation = Generation(HOME_FEED, 1, shards=1, window=5, great=Greatness(1, 0))
    log = followed(3)
    truth, two = TruthFromLog(lambda: log.entries), replace(generation, shards=2)
    great, people = GreatAuthors(truth, two), np.array(log.people, np.int64)
    for shard in two.all_shards():
        found = great_followees(great, shard, people, log.entries[-1].position)
        for person, followees in zip(log.people, found, strict=True):
            follows = person in log.people[1:4] and two.shard_of(person) == shard
            assert followees.tolist() == (log.people[:1] if follows else [])
