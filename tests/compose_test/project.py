"""compose/ as `docker compose up` takes it: secrets made, settings given, the file resolved."""

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge.limits.classes import Cost
from tests.compose_check.tools import ROOT, compose_parser

COMPOSE = ROOT / "compose"
PARSING_SECONDS_MAX = 60
OFTEN = "100000/60s"
"""Calls are counted, but a suite of tests at one address is let do what a day brings elsewhere."""


@dataclass(frozen=True, slots=True)
class Image:
    """What the image of our own processes brings along."""

    entrypoint: list[str]
    health: list[str]
    environment: dict[str, str]


@dataclass(frozen=True, slots=True)
class Project:
    """Docker Compose's own reading of the file."""

    services: dict[str, Any]
    configs: dict[str, Path]
    secrets: dict[str, Path]
    image: Image


def prepare(place: Path, settings: dict[str, str]) -> Project:
    """Does in a copy of compose/ what the README tells people to do.

    `settings` go into slackwater.env. Raises CalledProcessError with what went wrong in `stderr`.
    """
    copy = place / "compose"
    mine = shutil.ignore_patterns(".env", "secrets", "slackwater.env", "__pycache__")
    shutil.copytree(COMPOSE, copy, ignore=mine)
    _ask([str(copy / "make-secrets")], copy)
    with (copy / ".env").open("a", encoding="utf-8") as chosen:
        chosen.writelines(f"LIMIT_{cost.upper()}={OFTEN}\n" for cost in Cost)
    lines = [f"{name}={value}\n" for name, value in settings.items()]
    (copy / "slackwater.env").write_text("".join(lines), encoding="utf-8")
    resolve = ["--file", "compose.yaml", "--profile", "*", "config", "--format", "json"]
    resolved = _ask([compose_parser(), *resolve], copy)
    read = json.loads(resolved.replace("$$", "$"))  # it is written so that it could be read again
    return Project(
        services=read["services"],
        configs={name: Path(config["file"]) for name, config in read["configs"].items()},
        secrets={name: Path(secret["file"]) for name, secret in read["secrets"].items()},
        image=_image((COMPOSE / "Dockerfile").read_text(encoding="utf-8")),
    )


def _ask(command: list[str], directory: Path) -> str:
    environment = {"PATH": os.environ["PATH"], "HOME": str(directory)}
    return subprocess.run(
        command,
        cwd=directory,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PARSING_SECONDS_MAX,
        check=True,
    ).stdout


def _image(dockerfile: str) -> Image:
    """Reads the last stage of the Dockerfile."""
    stage = dockerfile.rpartition("\nFROM ")[2].replace("\\\n", " ")
    health = re.search(r"^HEALTHCHECK .*?\bCMD (\[.*\])", stage, re.MULTILINE)
    entrypoint = re.search(r"^ENTRYPOINT (\[.*\])", stage, re.MULTILINE)
    assert health
    assert entrypoint
    environment: dict[str, str] = {}
    for pair in " ".join(re.findall(r"^ENV (.*)$", stage, re.MULTILINE)).split():
        name, _, value = pair.partition("=")
        if name != "PATH":  # where the image has its programs; a process here has others
            environment[name] = value
    return Image(json.loads(entrypoint[1]), json.loads(health[1]), environment)
