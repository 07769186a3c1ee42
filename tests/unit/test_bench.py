"""What the bench makes of what it measured, and how it goes about measuring."""

import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from launcher.supervisor import Supervisor
from tests.bench.catalogue import ROWS
from tests.bench.docs import BEGIN, write_into
from tests.bench.effort import Depth, Effort
from tests.bench.figures import Better, Goal
from tests.bench.ground import Ground
from tests.bench.measuring import Measured, measure
from tests.bench.options import parsed
from tests.bench.plots import draw
from tests.bench.report import Run, as_document, lines_of, table
from tests.bench.row import CannotMeasure, Comparison, Contestants, NotAvailable, Row
from tests.servers import Servers

ROOT = Path(__file__).parents[2]

RUN = Run(
    seed=7, quick=True, repetitions=3, begun="2026-01-01T00:00:00+00:00",
    machine={"processor": "p", "cores": 2, "memory_gib": 1.0, "system": "s", "load_at_start": 0.0},
    versions={"python": "3", "postgres": "18"},
)  # fmt: skip


def ground(repetitions: int = 3) -> Ground:
    """For rows that stand on nothing."""
    servers = Servers("", "", Supervisor(print))
    return Ground(servers, Path(), Path(), Effort(Depth.TINY, repetitions), seed=7)


def row(contestants: Contestants, *comparisons: Comparison, warms_up: bool = False) -> Row:
    @contextmanager
    def opened(_: Ground) -> Generator[Contestants]:
        yield contestants

    return Row("a row", comparisons, opened, warms_up)


def against(theirs: str | None, goal: Goal, better: Better = Better.HIGHER) -> Comparison:
    return Comparison("speed", "things/s", better, "ours", theirs, goal)


def in_turn(*values: float) -> Any:
    """A contestant that is measured with these results, one after the other."""
    left = list(values)
    return lambda: {"speed": left.pop(0)}


def silence(_: str) -> None:
    """Nobody listens."""


def test_contestants_are_measured_in_turns_and_each_is_first_once() -> None:
    order: list[str] = []

    def noted(name: str) -> Any:
        def measure_once() -> Mapping[str, float]:
            order.append(name)
            return {"speed": 1.0}

        return measure_once

    contestants = {name: noted(name) for name in ("a", "b", "c")}
    measure(row(contestants), ground(), silence)
    assert order == list("abcbcacab")


def test_warming_up_does_not_count() -> None:
    contestants = {"ours": in_turn(1000, 1, 2, 3)}
    measured = measure(row(contestants, warms_up=True), ground(), silence)
    assert measured.samples["ours"]["speed"].values == (1, 2, 3)


def test_a_line_compares_medians_and_says_whether_the_goal_is_met() -> None:
    contestants = {"ours": in_turn(30, 31, 90), "slow": in_turn(10, 11, 10)}
    one = row(contestants, against("slow", Goal(ratio_min=3)), against("slow", Goal(ratio_min=4)))
    met, missed = lines_of(measure(one, ground(), silence))
    assert (met.ratio, met.met) == (3.1, True)
    assert (missed.ratio, missed.met) == (3.1, False)


def test_who_cannot_be_had_leaves_the_goal_open_and_ours_measured() -> None:
    contestants = {"ours": in_turn(1, 2, 3), "gone": NotAvailable("it is gone")}
    one = row(contestants, against("gone", Goal(ratio_min=3)))
    [line] = lines_of(measure(one, ground(), silence))
    assert line.ours is not None
    assert line.ours.median == 2
    assert (line.ratio, line.met, line.why_not) == (None, None, "it is gone")


def test_a_row_that_fails_is_red_and_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    def broken() -> Mapping[str, float]:
        raise OSError("no such thing")

    [line] = lines_of(measure(row({"ours": broken}, against(None, Goal())), ground(), silence))
    assert (line.met, line.why_not) == (False, "OSError: no such thing")
    assert "Traceback" in capsys.readouterr().err


def test_a_row_that_this_machine_lacks_something_for_says_what() -> None:
    @contextmanager
    def lacking(_: Ground) -> Generator[Contestants]:
        raise CannotMeasure("wrk is not on this machine")
        yield {}

    measured = measure(Row("a row", (against(None, Goal()),), lacking), ground(), silence)
    assert measured.failed == "wrk is not on this machine"


def some_rows() -> list[Measured]:
    contestants = {
        "ours": in_turn(30, 31, 32), "slow": in_turn(1, 1, 1), "gone": NotAvailable("it is gone")
    }  # fmt: skip
    compared = row(
        contestants, against("slow", Goal(ratio_min=3)), against("gone", Goal(ratio_min=3))
    )
    alone = row({"ours": in_turn(3, 2, 1)}, against(None, Goal(ours_max=2), Better.LOWER))
    return [measure(compared, ground(), silence), measure(alone, ground(), silence)]


def test_the_report_has_what_programs_look_for() -> None:
    document = json.loads(json.dumps(as_document(RUN, some_rows(), seconds=1.0)))
    assert {"rows", "machine", "versions", "seed", "repetitions", "samples"} <= set(document)
    first, second, third = document["rows"]
    assert first["row"] == "a row"
    assert (first["ours"], first["against"], first["ratio"]) == (31, 1, 31)
    assert (first["goal"], first["met"], first["unit"]) == ("3x", True, "things/s")
    assert (first["ours_spread"], first["ratio_spread"]) == ([30, 32], [30, 32])
    assert (second["against"], second["ratio"], second["met"]) == (None, None, None)
    assert second["why_not"] == "it is gone"
    assert (third["against"], third["goal"], third["met"]) == (None, "<= 2 things/s", True)


def test_the_table_has_a_line_for_each_comparison() -> None:
    assert table(some_rows()).row_count == 3


def test_figures_and_plots_go_into_the_docs_between_their_marks(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text((ROOT / "docs" / "performance.md").read_text(encoding="utf-8"))
    for _ in range(2):
        write_into(tmp_path, as_document(RUN, some_rows(), seconds=1.0))
    text = page.read_text(encoding="utf-8")
    assert text.count(BEGIN) == 1
    assert text.count("ours: **31 (30 to 32)** things/s") == 2
    assert (tmp_path / "performance" / "advantages.svg").exists()


def test_plots_are_the_same_for_the_same_figures(tmp_path: Path) -> None:
    document = as_document(RUN, some_rows(), seconds=1.0)
    [once] = draw(document, tmp_path / "once")
    [again] = draw(document, tmp_path / "again")
    assert once.read_bytes() == again.read_bytes()


def test_quick_measures_less_often_and_repetitions_can_be_set() -> None:
    names = [one.name for one in ROWS]
    assert parsed([], names).effort == Effort(Depth.FULL, 5)
    assert parsed(["--quick"], names).effort == Effort(Depth.QUICK, 3)
    assert parsed(["--quick", "--repetitions", "9"], names).effort == Effort(Depth.QUICK, 9)
    with pytest.raises(SystemExit):
        parsed(["--docs", "--quick"], names)


def test_every_row_is_explained_in_the_docs() -> None:
    text = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    assert len({one.name for one in ROWS}) == len(ROWS)
    for one in ROWS:
        assert f"| {one.name} |" in text, one.name
