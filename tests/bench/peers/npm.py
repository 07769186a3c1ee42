"""Packages of the npm registry that are needed for nothing but a comparison."""

import shutil
import subprocess
import tarfile
from pathlib import Path

from tests.bench.row import NotAvailable

FETCH_SECONDS_MAX = 120


def unpacked(package: str, version: str, kept: Path) -> Path | NotAvailable:
    """Where a package's files are; fetched once, by npm itself, which checks what it gets."""
    place = kept / f"{package.rpartition('/')[2]}-{version}"
    if place.exists():
        return place / "package"
    if shutil.which("npm") is None:
        return NotAvailable(f"npm is not on this machine, and {package} comes from its registry")
    kept.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        ["npm", "pack", "--silent", f"{package}@{version}"],
        cwd=kept, capture_output=True, text=True, check=False, timeout=FETCH_SECONDS_MAX,
    )  # fmt: skip
    if done.returncode != 0:
        reason = (done.stderr or done.stdout).strip().splitlines() or ["no reason given"]
        return NotAvailable(f"npm could not fetch {package}: {reason[-1]}")
    archive = kept / done.stdout.split()[-1]
    unfinished = place.with_suffix(".unfinished")
    with tarfile.open(archive) as files:
        files.extractall(unfinished, filter="data")
    unfinished.rename(place)
    return place / "package"
