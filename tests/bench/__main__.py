"""`python -m tests.bench`: measures every row, shows the report, and writes it down.

Ends with 1 if a row could not be measured. A goal that is not met is no failure of the bench: it
stands in the report.
"""

import signal
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.status import Status

from tests.bench.catalogue import ROWS
from tests.bench.docs import write_into
from tests.bench.ground import Ground, fresh_ground
from tests.bench.machine import machine, versions
from tests.bench.measuring import Measured, measure
from tests.bench.options import parsed
from tests.bench.plots import draw
from tests.bench.report import Run, as_document, lines_of, show, write
from tests.bench.row import Row

DOCS = Path(__file__).parents[2] / "docs"


def main() -> int:
    """Does the run."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # it leaves nothing behind either
    options = parsed(None, [row.name for row in ROWS])
    wanted = [row for row in ROWS if not options.only or row.name in options.only]
    if options.list:
        print("\n".join(row.name for row in wanted))
        return 0
    begun, started = datetime.now(UTC).isoformat(timespec="seconds"), time.monotonic()
    with fresh_ground(options.effort, options.seed) as ground:
        run = Run(
            seed=options.seed,
            quick=options.quick,
            repetitions=options.effort.repetitions,
            begun=begun,
            machine=machine(),
            versions=versions(ground.servers.postgres_url),
        )
        measured = _measured(wanted, ground)
    seconds = time.monotonic() - started
    show(run, measured, seconds)
    document = as_document(run, measured, seconds)
    write(options.output / "report.json", document)
    draw(document, options.output)
    if options.docs:
        write_into(DOCS, document)
    return int(any(each.failed for each in measured))


def _measured(rows: Sequence[Row], ground: Ground) -> list[Measured]:
    """One row after the other; what is being done is shown meanwhile."""
    progress, found = Console(stderr=True, highlight=False), list[Measured]()
    for number, row in enumerate(rows, 1):
        name, started = f"{number}/{len(rows)} {row.name}", time.monotonic()
        with progress.status(name) as status:

            def tell(what: str, name: str = name, status: Status = status) -> None:
                status.update(f"{name}: {what}")

            found.append(measure(row, ground, tell))
        progress.print(f"{name}: {time.monotonic() - started:.0f} s")
        for line in lines_of(found[-1]):
            progress.print(f"    {line}", style="dim", soft_wrap=True)
    return found


if __name__ == "__main__":
    sys.exit(main())
