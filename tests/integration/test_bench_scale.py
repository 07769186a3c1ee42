"""`slackwater bench scale` as a whole, at a small size."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from launcher.settings import environment_name
from tests.places import let_through
from tests.waiting import until

SIZES = ["--people", "300", "--follows", "2000", "--posts", "500", "--no-tables"]
SECONDS_MAX = 120


def command(place: Path, *options: str) -> list[str]:
    kept = ["--data-dir", str(let_through(place) / "data")]
    return [sys.executable, "-m", "launcher", "bench", "scale", *SIZES, *kept, *options]


def environment() -> dict[str, str]:
    return dict(os.environ) | {environment_name("projectors"): "1"}


def test_it_ends_with_everything_verified(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    options = ["--read-seconds", "0.5", "--posts-per-second", "40", "--json", str(report)]
    arguments = command(tmp_path, *options)
    done = subprocess.run(
        arguments, env=environment(), capture_output=True, text=True, check=False,
        timeout=SECONDS_MAX,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(report.read_text())
    assert found["equal"]
    assert found["checked"] > 300
    assert {one["projection"] for one in found["projections"]} == {"profiles", "posts", "home-feed"}
    assert all(one["switched"] and not one["different"] for one in found["projections"])
    assert found["idle"]["feeds"] > 0 < found["projecting"]["feeds"]
    assert found["idle"]["posts"] == 0 < found["projecting"]["posts"]
    processes = {"postgres", "valkey", "relay", "projector-1", "query-api", "rebuild home-feed"}
    assert all(found["peaks"][name] > 0 for name in processes)
    assert found["kinds"]["followers"]["entries"] > 1_000


def test_ctrl_c_leaves_nothing_running(tmp_path: Path) -> None:
    process = subprocess.Popen(
        command(tmp_path), env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        us = psutil.Process(process.pid)
        until(lambda: len(us.children(recursive=True)) > 1, "servers run", SECONDS_MAX)
        children = us.children(recursive=True)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=SECONDS_MAX)
    finally:
        process.kill()
    assert process.returncode == 130
    assert not [child for child in children if child.is_running()]
