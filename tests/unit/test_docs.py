"""The docs cannot fall behind: what exists stands in them, and what stands in them exists."""

import re
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from typer.core import TyperGroup
from typer.main import get_command

import command_api.app
import projections.relational.worker
import projections.verify.watch
import projections.worker
import query_api.app
from launcher.cli import app
from launcher.settings import Settings, environment_name

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")

PROCESSES = (
    command_api.app,
    query_api.app,
    projections.worker,
    projections.relational.worker,
    projections.verify.watch,
)
"""Whose import registers every metric there is."""


def test_every_setting_is_in_the_readme_and_no_other_is() -> None:
    documented = set(re.findall(r"`(SLACKWATER_[A-Z_]+)`", README))
    assert documented == {environment_name(name) for name in Settings.model_fields}


def test_every_command_is_in_the_readme() -> None:
    commands = get_command(app)
    assert isinstance(commands, TyperGroup)
    for name in commands.commands:
        assert re.search(rf"`(slackwater )?{name}\b", README), name


def test_every_metric_is_in_the_architecture_and_no_other_is() -> None:
    assert len(PROCESSES) == 5
    documented = set(re.findall(r"^\| `(slackwater_[a-z_]+)` \|", ARCHITECTURE, re.MULTILINE))
    registered = {
        metric.name + ("_total" if metric.type == "counter" else "")
        for metric in REGISTRY.collect()
        if metric.name.startswith("slackwater_")
    }
    assert documented == registered


@pytest.mark.parametrize("document", sorted(ROOT.glob("**/*.md")), ids=lambda path: path.name)
def test_every_link_inside_the_repository_leads_somewhere(document: Path) -> None:
    if {".venv", ".tools"} & set(document.parts):
        return
    for target in re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8")):
        assert target.startswith("http") or (document.parent / target).exists(), target
