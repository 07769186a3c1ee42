"""`python -m tests.drills`: breaks a whole system on purpose, again and again, and judges it.

Ends with 1 if anything that has to be zero is not, or a promise was broken.
"""

import argparse
import random
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from tests.drills.catalogue import DRILLS
from tests.drills.drill import Drill, Plan, Result, run
from tests.drills.report import as_document, show, write_json
from tests.drills.scene import drill_scene

SECONDS, RATE = 5.0, 40.0


def main() -> int:
    """Does the drills."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # it leaves nothing behind either
    options = _options()
    plan = Plan(options.seed, options.seconds, options.rate)
    wanted = [drill for drill in DRILLS if not options.only or drill.name in options.only]
    skipped = {drill.name: reason for drill in wanted if (reason := drill.why_not())}
    wanted = [drill for drill in wanted if drill.name not in skipped]
    results = _run(wanted, plan)
    show(plan, results, skipped)
    if options.json:
        write_json(options.json, plan, results, skipped)
    return int(any(result.red for result in results))


def _run(drills: list[Drill], plan: Plan) -> list[Result]:
    """On one system; after a red drill on a new one: none is judged for another."""
    progress = Console(stderr=True, highlight=False)
    results: list[Result] = []
    waiting = list(drills)
    while waiting:
        place = Path(tempfile.mkdtemp(prefix="slackwater-drills-"))
        place.chmod(0o711)  # as root, Postgres runs as another account, which has to pass through
        try:
            with drill_scene(place, tell=lambda _: None) as scene:
                while waiting:
                    drill = waiting.pop(0)
                    results.append(run(drill, scene, plan))
                    red = "; ".join(results[-1].red)
                    seconds = as_document(results[-1])["converged_seconds"]
                    progress.print(
                        f"{len(results)}/{len(drills)} {drill.name}: "
                        + (f"[red]{red}[/]" if red else f"converged in {seconds} s")
                    )
                    if red:
                        break
        finally:
            shutil.rmtree(place, ignore_errors=True)
    return results


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.drills", description=__doc__)
    parser.add_argument(
        "--seconds", type=float, default=SECONDS, help="how long a fault lasts (%(default)s)"
    )
    parser.add_argument(
        "--seed", type=int, default=random.randrange(1_000_000), help="of all chance (random)"
    )
    parser.add_argument("--rate", type=float, default=RATE, help="requests a second (%(default)s)")
    parser.add_argument(
        "--only", action="append", metavar="NAME", choices=[drill.name for drill in DRILLS],
        help="this drill; may be given again",
    )  # fmt: skip
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
