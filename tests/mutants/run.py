"""The command: breaks the code, one mutant at a time, and shows which test notices it."""

import dataclasses
import json
import signal
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.mutants.catalogue import MUTANTS
from tests.mutants.mutant import DoesNotApply, Mutant
from tests.mutants.suite import Run, Suite, suite

UNBROKEN_SECONDS_MAX = 600.0
SECONDS_MORE_MAX = 20.0
"""A run on a mutant is given three times what it takes on the unbroken code, and this."""

app = typer.Typer(add_completion=False)
console = Console()

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class Outcome(StrEnum):
    """What became of a mutant; the tests are proved by the first two alone."""

    KILLED = "killed"
    TIMED_OUT = "timed out"
    LIVES = "lives"
    DOES_NOT_RUN = "does not run"
    DOES_NOT_APPLY = "does not apply"


KILLED = frozenset({Outcome.KILLED, Outcome.TIMED_OUT})


@dataclasses.dataclass(frozen=True, slots=True)
class Verdict:
    """A mutant's end. `by`: the test that killed it, or why it says nothing about the tests."""

    name: str
    file: str
    outcome: Outcome
    by: str
    seconds: float

    def __str__(self) -> str:
        return f"{self.outcome:<14} {self.seconds:5.1f} s  {self.name}"


@app.command()
def main(
    only: Annotated[str, typer.Option(help="Mutants whose name or file contains this.")] = "",
    jobs: Annotated[int, typer.Option(min=1, help="Runs at a time.")] = 1,
    output: Annotated[Path | None, typer.Option("--json", help="Write the verdicts here.")] = None,
) -> None:
    """Breaks the code, one mutant at a time, and shows which test notices it.

    Exits with 1 if a mutant lives, or could not be tried.
    """
    chosen = [m for m in MUTANTS if only.lower() in f"{m.name} {m.file}".lower()]
    if not chosen:
        raise typer.BadParameter("no mutant's name or file contains this", param_hint="--only")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suite() as tests:
        unbroken = _run_unbroken(tests, chosen, jobs)
        verdicts = _concurrently(
            "mutants", jobs, chosen, lambda mutant: _try(tests, mutant, unbroken), tests
        )
    _show([verdicts[mutant] for mutant in chosen])
    if output is not None:
        found = [dataclasses.asdict(verdicts[mutant]) for mutant in chosen]
        output.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    if not all(verdict.outcome in KILLED for verdict in verdicts.values()):
        raise typer.Exit(1)


def _run_unbroken(tests: Suite, chosen: Iterable[Mutant], jobs: int) -> dict[str, float]:
    """Seconds by target. Exits with 1 if one fails: red tests would kill anything."""
    targets = list(dict.fromkeys(target for mutant in chosen for target in mutant.killers))
    runs = _concurrently(
        "unbroken", jobs, targets, lambda target: tests.run([target], UNBROKEN_SECONDS_MAX), tests
    )
    red = {target: run for target, run in runs.items() if not run.passed}
    for target, run in red.items():
        console.print(run.output, markup=False, highlight=False)
        console.print(f"{target} does not pass on the unbroken code", style="red")
    if red:
        raise typer.Exit(1)
    return {target: run.seconds for target, run in runs.items()}


def _try(tests: Suite, mutant: Mutant, unbroken: dict[str, float]) -> Verdict:
    usual = sum(unbroken[target] for target in mutant.killers)
    try:
        run = tests.run(mutant.killers, 3 * usual + SECONDS_MORE_MAX, mutant)
    except DoesNotApply as error:
        return Verdict(mutant.name, mutant.file, Outcome.DOES_NOT_APPLY, str(error), 0.0)
    outcome, by = judge(run)
    return Verdict(mutant.name, mutant.file, outcome, by, round(run.seconds, 1))


def judge(run: Run) -> tuple[Outcome, str]:
    """What a run on a mutant says, and the test or the message that says so."""
    if run.timed_out:
        return Outcome.TIMED_OUT, run.failed or "no end"
    if run.passed:
        return Outcome.LIVES, ""
    if run.broken is not None or run.failed is None:
        return Outcome.DOES_NOT_RUN, run.broken or ""
    return Outcome.KILLED, run.failed


def _concurrently(
    what: str, jobs: int, items: Sequence[Item], work: Callable[[Item], Answer], tests: Suite
) -> dict[Item, Answer]:
    """Each item's answer, said as it comes; what cannot go on to the end, as on Ctrl-C, stops."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    answers: dict[Item, Answer] = {}
    with (
        Progress(*columns, TimeElapsedColumn(), console=console) as progress,
        ThreadPoolExecutor(jobs) as pool,
    ):
        task = progress.add_task(what, total=len(items))
        futures = {pool.submit(work, item): item for item in items}
        try:
            for future in as_completed(futures):
                answer = answers[futures[future]] = future.result()
                progress.console.print(str(answer), markup=False, highlight=False, soft_wrap=True)
                progress.advance(task)
        finally:
            if len(answers) < len(items):
                tests.stop()
                pool.shutdown(cancel_futures=True)
    return answers


def _show(verdicts: Sequence[Verdict]) -> None:
    table = Table("mutant", "killed by", "seconds")
    table.columns[1].overflow = "fold"
    table.columns[2].justify = "right"
    for verdict in verdicts:
        by = escape(verdict.by)
        if verdict.outcome is Outcome.KILLED:
            by = by.rpartition("tests/")[2]
        else:
            color = "yellow" if verdict.outcome in KILLED else "bold red"
            by = f"[{color}]{verdict.outcome}[/] {by}"
        table.add_row(f"{verdict.name}\n[dim]{verdict.file}[/]", by, f"{verdict.seconds:.1f}")
    console.print(table)
    counted = Counter(verdict.outcome for verdict in verdicts)
    console.print(", ".join(f"{count} {outcome}" for outcome, count in counted.items()))
