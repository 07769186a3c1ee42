"""Packages of the npm registry."""

import shutil
from pathlib import Path

from tests.bench.peers.fetching import why_not_fetched
from tests.bench.row import NotAvailable


def installed(package: str, version: str, kept: Path) -> Path | NotAvailable:
    """Where a package's files are; fetched once, by npm itself, and nothing of it is run."""
    place = kept / f"{package.rpartition('/')[2]}-{version}"
    if not place.exists():
        if shutil.which("npm") is None:
            return NotAvailable(
                f"npm is not on this machine, and {package} comes from its registry"
            )
        unfinished = place.with_name(f"{place.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        options = ["--prefix", str(unfinished), "--no-save", "--ignore-scripts", "--no-audit"]
        if missing := why_not_fetched(["npm", "install", *options, f"{package}@{version}"]):
            return missing
        unfinished.rename(place)
    return place / "node_modules" / package
