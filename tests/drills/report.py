"""What drills show: a table with one row each, and what was red; the same for a program."""

import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.drills.drill import Plan, Result
from tests.drills.record import OUTCOMES, Kind, tally

DETAILS_MAX = 8

WIDTH_MIN = 140

COLUMNS = (
    "no read for", "no write for", "lost", "doubled", "differ", "violations", "converged",
)  # fmt: skip


def table(results: list[Result], skipped: dict[str, str]) -> Table:
    """One row a drill."""
    shown = Table("fault", title="requests while the fault lasts: 2xx / 4xx / 5xx / no answer")
    shown.add_column("reads", justify="right")
    shown.add_column("writes", justify="right")
    for column in COLUMNS:
        shown.add_column(column, justify="right")
    for result in results:
        figures = as_document(result)
        requests = figures["requests"]
        shown.add_row(
            f"[red]{result.drill.name}[/]" if result.red else result.drill.name,
            *(" / ".join(str(requests[kind][o]) for o in OUTCOMES) for kind in Kind),
            *(f"{figures['longest_without'][kind]:.2f} s" for kind in Kind),
            *(_zero(figures[name]) for name in ("lost", "doubled", "differing", "violations")),
            _seconds(figures["converged_seconds"]),
        )
    for name, reason in skipped.items():
        shown.add_row(name, f"not done: {reason}")
    return shown


def show(plan: Plan, results: list[Result], skipped: dict[str, str]) -> None:
    """Everything, on the standard output."""
    console = Console(soft_wrap=True, highlight=False)
    console.width = max(console.width, WIDTH_MIN)
    console.print(table(results, skipped))
    for result in results:
        if not result.red:
            continue
        again = f'--seed {plan.seed} --only "{result.drill.name}"'
        console.print(f"[bold red]{result.drill.name}[/]: {'; '.join(result.red)}  ({again})")
        for detail in _details(result)[:DETAILS_MAX]:
            console.print(f"    {detail}", markup=False)
    red = sum(bool(result.red) for result in results)
    console.print(f"seed {plan.seed}: {len(results)} drills, {red} red")


def write_json(file: Path, plan: Plan, results: list[Result], skipped: dict[str, str]) -> None:
    """Everything, for a program."""
    document = {
        "seed": plan.seed,
        "seconds": plan.seconds,
        "rate": plan.rate,
        "drills": [as_document(result) for result in results],
        "not_done": skipped,
    }
    file.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def as_document(result: Result) -> dict[str, Any]:
    """One drill's figures."""
    record, judgement = result.record, result.judgement
    during = record.between(result.begun, result.lifted)
    converged = None if result.converged is None else round(result.converged - result.lifted, 3)
    return {
        "drill": result.drill.name,
        "requests": {kind: tally(during, kind) for kind in Kind},
        "accepted_for_later": sum(attempt.status == 202 for attempt in during),
        "answers_older_than_wanted": sum(attempt.unmet for attempt in during),
        "longest_without": {
            kind: round(record.longest_without(kind, result.begun, result.ended), 3)
            for kind in Kind
        },
        "lost": len(judgement.lost),
        "doubled": len(judgement.doubled),
        "unclear": len(judgement.unclear),
        "verified": judgement.verified,
        "differing": len(judgement.differing),
        "violations": record.violations.total(),
        "converged_seconds": converged,
        "red": result.red,
        "details": _details(result),
    }


def _details(result: Result) -> list[str]:
    judgement = result.judgement
    return [
        *(f"lost: {effect}" for effect in judgement.lost),
        *(f"doubled: {effect}" for effect in judgement.doubled),
        *(f"unclear: {write.effect} {write.why}" for write in judgement.unclear),
        *(f"differs: {difference}" for difference in judgement.differing),
        *result.record.examples,
    ]


def _zero(figure: int) -> str:
    return f"[bold red]{figure}[/]" if figure else "0"


def _seconds(figure: float | None) -> str:
    return "[bold red]never[/]" if figure is None else f"{figure:.2f} s"
