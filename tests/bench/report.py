"""The report: a table for people, the same for programs."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench.figures import Sample, advantage, advantage_spread
from tests.bench.measuring import Measured
from tests.bench.row import Comparison

WIDTH_MIN = 170


@dataclass(frozen=True, slots=True)
class Run:
    """How a run was done, and what it was done on."""

    seed: int
    quick: bool
    repetitions: int
    begun: str
    machine: dict[str, Any]
    versions: dict[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """One comparison of a row. `why_not`: what keeps it from being complete."""

    row: str
    comparison: Comparison
    ours: Sample | None
    against: Sample | None
    why_not: str | None = None

    @property
    def ratio(self) -> float | None:
        """How many times better ours is, by the medians; None if one of them is missing."""
        if self.ours is None or self.against is None:
            return None
        return advantage(self.ours.median, self.against.median, self.comparison.better)

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None: there is none, or the other could not be had."""
        if self.ours is None:
            return False
        return self.comparison.goal.is_met(self.ours.median, self.ratio)

    def __str__(self) -> str:
        one = self.comparison
        said = f"{one.figure}: {_value(self.ours)} {one.unit}"
        if self.against is not None:
            said += f", {_ratio(self.ratio)} of {one.against} ({_value(self.against)})"
        goal = one.goal.told(one.unit)
        return f"{said}; goal {goal}" if goal else said

    def as_document(self) -> dict[str, Any]:
        """For a program. Spreads are the lowest and the highest of all repetitions."""
        one, ours, against = self.comparison, self.ours, self.against
        ratio_spread = None
        if ours is not None and against is not None:
            ratio_spread = [_rounded(each) for each in advantage_spread(ours, against, one.better)]
        return {
            "row": self.row,
            "figure": one.figure,
            "unit": one.unit,
            "better": one.better,
            "ours_is": one.ours,
            "ours": ours and _rounded(ours.median),
            "ours_spread": ours and [_rounded(each) for each in ours.spread],
            "against_is": one.against,
            "against": against and _rounded(against.median),
            "against_spread": against and [_rounded(each) for each in against.spread],
            "ratio": None if self.ratio is None else _rounded(self.ratio),
            "ratio_spread": ratio_spread,
            "goal": one.goal.told(one.unit),
            "goal_is": asdict(one.goal),
            "met": self.met,
            "why_not": self.why_not,
        }


def lines_of(measured: Measured) -> list[Line]:
    """What a row comes to."""
    found: list[Line] = []
    for one in measured.row.comparisons:
        ours = measured.samples.get(one.ours, {}).get(one.figure)
        against = measured.samples.get(one.against or "", {}).get(one.figure)
        why_not = measured.failed or measured.missing.get(one.against or "")
        found.append(Line(measured.row.name, one, ours, against, why_not))
    return found


def as_document(run: Run, rows: Sequence[Measured], seconds: float) -> dict[str, Any]:
    """Everything; `samples` are the figures of every repetition, by row, contestant and figure."""
    return {
        "rows": [line.as_document() for measured in rows for line in lines_of(measured)],
        "quick": run.quick,
        "seed": run.seed,
        "repetitions": run.repetitions,
        "begun": run.begun,
        "seconds": round(seconds, 1),
        "machine": run.machine,
        "versions": run.versions,
        "samples": {
            measured.row.name: {
                contestant: {
                    figure: [_rounded(value) for value in sample.values]
                    for figure, sample in figures.items()
                }
                for contestant, figures in measured.samples.items()
            }
            for measured in rows
        },
    }


def write(file: Path, document: dict[str, Any]) -> None:
    """Writes the document where it is looked for."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def table(rows: Sequence[Measured]) -> Table:
    """One line a comparison."""
    shown = Table("row", "ours", "against")
    for column in ("ours", "from, to", "against", "from, to", "ratio", "goal", "met"):
        shown.add_column(column, justify="right")
    for measured in rows:
        for line in lines_of(measured):
            one = line.comparison
            shown.add_row(
                f"{line.row}" + (f": {one.figure}" if len(measured.row.comparisons) > 1 else ""),
                one.ours,
                one.against or "-",
                f"{_value(line.ours)} {one.unit}",
                _spread(line.ours),
                _value(line.against),
                _spread(line.against),
                _ratio(line.ratio),
                one.goal.told(one.unit),
                _met(line),
            )
    return shown


def show(run: Run, rows: Sequence[Measured], seconds: float) -> None:
    """The table, and what is missing from it, on the standard output."""
    console = Console(soft_wrap=True, highlight=False)
    console.width = max(console.width, WIDTH_MIN)
    console.print(table(rows))
    for measured in rows:
        if measured.failed:
            console.print(f"[red]not measured:[/] {measured.row.name}: {measured.failed}")
        for name, reason in measured.missing.items():
            console.print(f"not available: {measured.row.name}: {name}: {reason}")
    lines = [line for measured in rows for line in lines_of(measured)]
    met = sum(line.met is True for line in lines)
    goals = sum(bool(line.comparison.goal.told("")) for line in lines)
    console.print(
        f"{met} of {goals} goals met; {run.repetitions} repetitions, medians with the "
        f"lowest and the highest; {seconds:.0f} s, seed {run.seed}"
        + (", quick" if run.quick else "")
    )


def _value(sample: Sample | None) -> str:
    return "-" if sample is None else _figure(sample.median)


def _spread(sample: Sample | None) -> str:
    return "" if sample is None else ", ".join(_figure(each) for each in sample.spread)


def _ratio(ratio: float | None) -> str:
    return "-" if ratio is None else f"{_figure(ratio)}x"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _met(line: Line) -> str:
    return {True: "[green]yes[/]", False: "[bold red]no[/]", None: "?"}[line.met]


def _rounded(value: float) -> float:
    """To six digits: more would say more than was measured."""
    return float(f"{value:.6g}")
