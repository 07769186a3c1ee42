"""The drills that matter most, shortened: nothing is lost, doubled or different, and reads go on.

`make drills` does all of them. A failure prints the seed that gives the same traffic again.
"""

import random

import pytest

from tests.drills.catalogue import named
from tests.drills.drill import Plan, run
from tests.drills.report import as_document
from tests.drills.scene import Scene

FAULT_SECONDS = 2.0
REQUESTS_A_SECOND = 30.0


@pytest.mark.parametrize(
    "name",
    ["postgres gone", "redis gone", "kill command-api", "kill projector-1", "cut commits"],
)
def test_a_drill_shows_no_loss_no_double_no_difference_and_no_broken_promise(
    scene: Scene, name: str
) -> None:
    seed = random.randrange(1_000_000)
    print(f"make drills ARGS=\"--seed {seed} --only '{name}' --rate {REQUESTS_A_SECOND:.0f}\"")
    result = run(named(name), scene, Plan(seed, FAULT_SECONDS, REQUESTS_A_SECOND))
    assert result.red == [], as_document(result)["details"]
    assert result.record.attempts, "there was traffic"
    assert result.judgement.verified > 0
