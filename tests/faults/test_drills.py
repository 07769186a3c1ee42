"""The drills that matter most, shortened: nothing is lost, doubled or different, and reads go on.

`make drills` does all of them. A failure prints the seed that gives the same traffic again.
"""

import random

import pytest

from tests.drills.catalogue import named
from tests.drills.drill import Plan, run
from tests.drills.report import as_document
from tests.drills.scene import Scene
from tests.examples import examples

FAULT_SECONDS = 2.0
REQUESTS_A_SECOND = 30.0
NAMES = ("redis gone", "kill command-api", "postgres gone", "kill projector-1", "cut commits")


@pytest.mark.parametrize("name", NAMES[: examples(len(NAMES))])
def test_a_drill_shows_no_loss_no_double_no_difference_and_no_broken_promise(
    scene: Scene, name: str
) -> None:
    seed = random.randrange(1_000_000)
    print(f"make drills ARGS=\"--seed {seed} --only '{name}' --rate {REQUESTS_A_SECOND:.0f}\"")
    result = run(named(name), scene, Plan(seed, FAULT_SECONDS, REQUESTS_A_SECOND))
    assert result.red == [], as_document(result)["details"]
    assert result.record.attempts, "there was traffic"
    assert result.judgement.verified > 0
