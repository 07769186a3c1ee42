"""What a campaign shows: progress while it goes on, then figures, paths and differences."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.prove import paths
from tests.prove.tally import Difference, Tally
from tests.prove.workers import Order


class Display:
    """A line on the terminal while the campaign goes on. A context."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[detail]}"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._progress.add_task(f"seed {order.seed}", total=order.seconds, detail="")

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def tell(self, tally: Tally, seconds: float) -> None:
        """What has been done so far."""
        rate, left = tally.histories / max(seconds, 0.1), max(0.0, self._order.seconds - seconds)
        detail = f"{tally.histories:,} histories, {rate:.1f}/s, {left:.0f} s left"
        if tally.differences_found:
            detail += f", {tally.differences_found} DIFFER"
        self._progress.update(self._task, completed=seconds, detail=detail)


def summary(order: Order, tally: Tally, seconds: float, *, with_account: bool) -> None:
    """Everything, on the standard output. `with_account`: what led to each difference as well."""
    console = Console(soft_wrap=True, highlight=False)
    console.print(
        f"seed {order.seed}: {tally.histories:,} histories in {seconds:.1f} s "
        f"({tally.histories / max(seconds, 0.1):.1f}/s), {tally.on_postgres:,} of them on a real "
        f"event store too; {tally.events:,} events, {tally.calls:,} calls of scripts, "
        f"{tally.faults.total():,} faults, {tally.checks.total():,} comparisons"
    )
    _table(console, "faults", "injected", sorted(_in_words(tally.faults)))
    _table(console, "properties", "compared", _in_words(tally.checks))
    _table(console, "rare paths", "taken", ((path, tally.paths[path]) for path in paths.ALL))
    forgotten = paths.never_taken(tally.paths)
    if forgotten and tally.histories >= paths.HISTORIES_MIN:
        console.print(f"[bold]never taken[/]: {'; '.join(forgotten)}")
    for difference in tally.differences:
        _tell_difference(console, order, difference, with_account=with_account)
    found = tally.differences_found
    console.print(f"differences: {found}" if found else "no difference")


def write_json(file: Path, order: Order, tally: Tally, seconds: float) -> None:
    """The same for a program."""
    figures = {
        "seed": order.seed,
        "seconds": round(seconds, 2),
        "histories": tally.histories,
        "on_postgres": tally.on_postgres,
        "events": tally.events,
        "calls": tally.calls,
        "faults": dict(tally.faults),
        "compared": dict(tally.checks),
        "paths": {path: tally.paths[path] for path in paths.ALL},
        "never_taken": paths.never_taken(tally.paths),
        "differences_found": tally.differences_found,
        "differences": [asdict(difference) for difference in tally.differences],
    }
    file.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _in_words(counter: Counter[str]) -> list[tuple[str, int]]:
    return [(name.replace("_", " "), number) for name, number in counter.items()]


def _table(console: Console, title: str, figure: str, rows: Iterable[tuple[str, int]]) -> None:
    table = Table(title, figure)
    table.columns[1].justify = "right"
    for name, number in rows:
        table.add_row(name, f"{number:,}")
    console.print(table)


def _tell_difference(
    console: Console, order: Order, difference: Difference, *, with_account: bool
) -> None:
    replay = f"--seed {order.seed} --only {difference.number}"
    name = difference.property.replace("_", " ")
    console.print(f"{replay}: {name}\n    {difference.message}", markup=False)
    if with_account:
        console.print("\n".join(difference.account), markup=False)
