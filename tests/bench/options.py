"""What may be asked of `python -m tests.bench`."""

import argparse
import random
from collections.abc import Sequence
from pathlib import Path

from tests.bench.effort import Depth, Effort

REPETITIONS, REPETITIONS_QUICK = 5, 3

OUTPUT = Path("bench")


def parsed(arguments: Sequence[str] | None, rows: Sequence[str]) -> argparse.Namespace:
    """The options; `effort` among them."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description="Measures Slackwater side by side with what people use today.",
    )
    parser.add_argument(
        "--quick", action="store_true", help="smaller and shorter: the whole in ten minutes"
    )
    parser.add_argument(
        "--only", action="append", metavar="ROW", choices=rows, help="this row; may be given again"
    )
    parser.add_argument(
        "--seed", type=int, default=random.randrange(1_000_000), help="of all chance (random)"
    )
    parser.add_argument(
        "--repetitions", type=int, metavar="N",
        help=f"how often each is measured ({REPETITIONS}; quick: {REPETITIONS_QUICK})",
    )  # fmt: skip
    parser.add_argument(
        "--output", type=Path, default=OUTPUT, metavar="DIR",
        help="where report.json and plots go (%(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--docs", action="store_true", help="write table and plots into docs/performance.md too"
    )
    parser.add_argument("--list", action="store_true", help="only name the rows")
    options = parser.parse_args(arguments)
    if options.docs and (options.quick or options.only):
        parser.error("what stands in the docs comes from a whole run")
    usual = REPETITIONS_QUICK if options.quick else REPETITIONS
    depth = Depth.QUICK if options.quick else Depth.FULL
    options.effort = Effort(depth, options.repetitions or usual)
    if options.effort.repetitions < 1:
        parser.error("a figure takes one repetition at the least")
    return options
