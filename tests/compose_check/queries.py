"""Every query of every dashboard, for promtool to read."""

import json
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
DASHBOARDS = sorted((ROOT / "compose" / "grafana" / "dashboards").glob("*.json"))


def queries() -> Iterator[tuple[str, str]]:
    """Where each stands (dashboard and panel), and the query."""
    for path in DASHBOARDS:
        for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]:
            for target in panel["targets"]:
                yield f"{path.stem}: {panel['title']}", target["expr"]


def as_rules() -> str:
    """A rule file with every query in it: promtool checks rules, and JSON is YAML."""
    rules = [
        {"record": f"dashboard:query_{number}", "expr": query, "labels": {"panel": where}}
        for number, (where, query) in enumerate(queries())
    ]
    return json.dumps({"groups": [{"name": "dashboards", "rules": rules}]})
