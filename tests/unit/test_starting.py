"""A process starts with what it needs: it pays for its imports before it does anything."""

import subprocess
import sys

import pytest

SERVING = {"fastapi", "uvicorn"}
ONLY_OTHERS_NEED = {
    "launcher.worker_process": {"numpy", "eventsourcing", "rich", *SERVING},
    "launcher.relational_process": {"numpy", "rich", *SERVING},
    "launcher.command_process": {"numpy", "redis", "rich"},
    "launcher.query_process": {"numpy", "eventsourcing", "rich"},
}


@pytest.mark.parametrize("process", ONLY_OTHERS_NEED)
def test_a_process_does_not_import_what_only_others_need(process: str) -> None:
    told = subprocess.run(
        [sys.executable, "-c", f"import launcher.cli, {process}, sys; print(*sys.modules)"],
        capture_output=True,
        check=True,
        text=True,
    )
    assert set(told.stdout.split()) & ONLY_OTHERS_NEED[process] == set()
