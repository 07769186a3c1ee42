"""The catalogue of mutants keeps up with the code and with the tests."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from tests.mutants.catalogue import MUTANTS
from tests.mutants.mutant import DoesNotApply, Mutant
from tests.mutants.run import Outcome, judge
from tests.mutants.suite import Run

ROOT = Path(__file__).parents[2]


def test_every_mutant_has_a_name_of_its_own() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)


def test_every_mutant_breaks_the_code_as_it_stands() -> None:
    for mutant in MUTANTS:
        text = (ROOT / mutant.file).read_text(encoding="utf-8")
        broken = mutant.applied_to(text)
        assert broken != text, mutant.name
        if mutant.file.endswith(".py"):
            ast.parse(broken, mutant.name)


def test_every_killer_is_a_test_that_exists() -> None:
    targets = {target.partition("::") for mutant in MUTANTS for target in mutant.killers}
    for file, _, name in sorted(targets):
        defined = ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8")))
        found = {node.name for node in defined if isinstance(node, ast.FunctionDef)}
        assert not name or name in found, f"{file} has no {name}"


@pytest.mark.parametrize("text", ["", "old old"])
def test_a_mutant_whose_text_is_gone_or_ambiguous_is_an_error(text: str) -> None:
    with pytest.raises(DoesNotApply, match=r"some\.py"):
        Mutant("something is broken", "some.py", "old", "new", ()).applied_to(text)


FAILED = Run("t.py", passed=False, failed="t.py::test", timed_out=False, seconds=1.0, output="")


@pytest.mark.parametrize(
    ("run", "outcome"),
    [
        (FAILED, Outcome.KILLED),
        (replace(FAILED, timed_out=True), Outcome.TIMED_OUT),
        (replace(FAILED, passed=True, failed=None), Outcome.LIVES),
        (replace(FAILED, failed=None, output="ERROR t.py"), Outcome.DOES_NOT_RUN),
        (replace(FAILED, output="Error compiling script"), Outcome.DOES_NOT_RUN),
    ],
)
def test_only_a_test_that_fails_on_code_that_runs_kills(run: Run, outcome: Outcome) -> None:
    assert judge(run)[0] == outcome
