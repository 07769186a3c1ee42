"""Fetching what is needed for nothing but a comparison: it may not be had, and that is no fault."""

import subprocess
from collections.abc import Sequence

from tests.bench.row import NotAvailable

SECONDS_MAX = 300


def why_not_fetched(command: Sequence[str]) -> NotAvailable | None:
    """Runs a package client. None if all went well, else what it said last."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=SECONDS_MAX
        )
    except subprocess.TimeoutExpired:
        return NotAvailable(f"no answer within {SECONDS_MAX} s: {' '.join(command)}")
    if done.returncode == 0:
        return None
    said = (done.stderr or done.stdout).strip().splitlines() or ["no reason given"]
    return NotAvailable(f"{' '.join(command)} failed: {said[-1]}")
