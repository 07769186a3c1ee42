"""The docs cannot fall behind: what exists stands in them, and what stands in them exists."""

import re
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from typer.core import TyperGroup
from typer.main import get_command

import command_api.app
import launcher.figures_of_files
import launcher.http_server
import projections.relational.worker
import projections.verify.watch
import projections.worker
import query_api.app
from launcher.cli import app
from launcher.settings import Settings, environment_name

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")

DECISIONS = ROOT / "docs" / "decisions"
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
LINK_TO_HEADING = re.compile(r"\]\(([^)#]*)#([^)]+)\)")

PROCESSES = (
    command_api.app,
    query_api.app,
    projections.worker,
    projections.relational.worker,
    projections.verify.watch,
    launcher.figures_of_files,
    launcher.http_server,
)
"""Whose import registers every metric there is."""


def as_anchor(heading: str) -> str:
    """What a link says to lead there."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_every_setting_is_in_the_readme_and_no_other_is() -> None:
    documented = set(re.findall(r"`(SLACKWATER_[A-Z_]+)`", README))
    assert documented == {environment_name(name) for name in Settings.__struct_fields__}


def test_every_command_is_in_the_readme() -> None:
    commands = get_command(app)
    assert isinstance(commands, TyperGroup)
    for name in commands.commands:
        assert re.search(rf"`(slackwater )?{name}\b", README), name


def test_every_metric_is_in_the_architecture_and_no_other_is() -> None:
    assert len(PROCESSES) == 7
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


@pytest.mark.parametrize("document", sorted(ROOT.glob("**/*.md")), ids=lambda path: path.name)
def test_every_link_to_a_heading_finds_it(document: Path) -> None:
    if {".venv", ".tools"} & set(document.parts):
        return
    for target, heading in LINK_TO_HEADING.findall(document.read_text(encoding="utf-8")):
        if target.startswith("http"):
            continue
        text = (document.parent / target if target else document).read_text(encoding="utf-8")
        assert heading in {as_anchor(found) for found in HEADING.findall(text)}, heading


def test_every_decision_is_in_the_list_of_them_under_its_number_and_title() -> None:
    listed = (DECISIONS / "README.md").read_text(encoding="utf-8")
    found = [
        (int(path.name[:4]), path.read_text(encoding="utf-8").partition("\n")[0][2:], path.name)
        for path in sorted(DECISIONS.glob("[0-9]*.md"))
    ]
    rows = re.findall(r"^\| (\d+) \| \[(.+)\]\((.+)\) \|$", listed, re.MULTILINE)
    assert [(int(number), title, name) for number, title, name in rows] == found
    missing = set(range(1, found[-1][0])) - {number for number, _, _ in found}
    assert set(map(int, re.findall(r"missing at (\d+)", listed))) == missing
