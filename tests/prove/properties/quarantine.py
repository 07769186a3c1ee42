"""What cannot be read, and comes back: every way to a feed leaves out the same, at every moment."""

import logging
from collections.abc import Generator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from projections.home_feed.keys import HOME_FEED
from projections.log.quarantine import Quarantine
from projections.shards import Generation
from projections.verify.identities import Identities
from projections.verify.inspection import Inspection, Sample
from projections.verify.truth import Truth
from tests.convergence.contents import contents
from tests.convergence.poisons import upcasters_that_raise
from tests.convergence.windows import assert_shard_equals_rule
from tests.prove.poisoning import Poisoned
from tests.prove.properties.comparing import same, same_keys
from tests.prove.run import Run

if TYPE_CHECKING:
    from tests.prove.real_store import RealStore

MOMENTS = 3
RETRY_AFTER = 1
"""Of these moments."""


def what_cannot_be_read_is_left_out_alike_until_it_comes_back(run: Run, real: "RealStore") -> int:
    """Live feeds, bulk builds, the oracle and the rule, at moments before a retry and after it.

    A generation of before the retry goes on beside the one that knows it.
    """
    compared = 0
    with upcasters_that_raise(), real.without_quarantine(), _without_a_word():
        poisoned = Poisoned(run, real)
        for moment in range(MOMENTS):
            poisoned.write(1 + len(run.entries) // MOMENTS)
            for generation in poisoned.generations:
                compared += _look_at(run, real, poisoned, generation)
            if moment == RETRY_AFTER:
                poisoned.retry()
    return compared


def _look_at(run: Run, real: "RealStore", poisoned: Poisoned, generation: Generation) -> int:
    is_built_first = run.rng.random() < 0.5
    if is_built_first:
        poisoned.build(generation)  # whoever comes first puts it into quarantine
    poisoned.take_some(generation)
    if is_built_first and poisoned.is_begun(generation):
        # The oracle reads the whole log: what nobody has met yet it cannot read either.
        _verify(run, real, generation)
    poisoned.take_all(generation)
    _verify(run, real, generation)
    right = contents(run.bench.redis, generation)
    bulk = poisoned.build(generation)
    compared = same_keys(contents(run.bench.redis, bulk), right, f"bulk {generation}")
    if generation.projection == HOME_FEED:
        out, left = poisoned.out(generation), poisoned.left(generation)
        people = [person for person in run.people if person not in out]
        for shard in generation.all_shards():
            assert_shard_equals_rule(run.bench.redis, shard, people, left)
    return compared


@contextmanager
def _without_a_word() -> Generator[None]:
    """What is left out is said in the log of a process; here there is too much of it."""
    logger = logging.getLogger(Quarantine.__module__)
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


def _verify(run: Run, real: "RealStore", generation: Generation) -> None:
    truth = Truth(real.url, generation.release)
    with closing(Identities(real.url, truth)) as identities:
        findings = Inspection(run.bench.redis, generation, truth, identities).inspect(Sample())
    same([str(one) for one in findings.differences], [], f"differences of {generation}")
