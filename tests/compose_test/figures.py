"""Every query of dashboards and rules, asked of the Prometheus that has watched all of it."""

import contextlib
import math
import re
from typing import Any

import httpx

from tests.compose_check.queries import queries
from tests.waiting import until

NOT_HERE = {"slackwater_certificate_expires_timestamp_seconds"}
"""Only of processes whose addresses name certificates, and inside the compose file none do:
`tests/unit/test_figures_of_files.py` has some."""

DATA_SECONDS_MAX = 60
"""Rules build upon each other, each a turn of 15 s after the one below."""


class Figures:
    """What a Prometheus knows."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=10)

    def missing_data(self) -> list[str]:
        """The queries of dashboards and the figures of rules for which there is none, in time."""
        missing = [*queries(), *self._asked_by_rules()]
        with contextlib.suppress(AssertionError):  # whoever asks is told which ones
            until(lambda: self._drop_answered(missing), "every query has data", DATA_SECONDS_MAX)
        return [f"{where}: no data for {query}" for where, query in missing]

    def number_of_queries(self) -> int:
        """How many `missing_data` asks."""
        return len([*queries(), *self._asked_by_rules()])

    def faulty_rules(self) -> list[str]:
        """The rules that Prometheus cannot evaluate, and the alarms that fire."""
        unwell = [f"{rule['name']}: {rule['lastError']}" for rule in self._rules() if _fails(rule)]
        firing = [f"{one['name']} fires" for one in self._rules() if one.get("state") == "firing"]
        return unwell + firing

    def parts_down(self) -> list[str]:
        """Whom Prometheus does not reach."""
        return [str(one["metric"]) for one in self._ask("up == 0")]

    def _drop_answered(self, missing: list[tuple[str, str]]) -> bool:
        missing[:] = [one for one in missing if not self._has_data(one[1])]
        return not missing

    def _has_data(self, query: str) -> bool:
        return any(not math.isnan(float(one["value"][1])) for one in self._ask(query))

    def _ask(self, query: str) -> list[dict[str, Any]]:
        answer = self._http.get("/api/v1/query", params={"query": query})
        assert answer.is_success, answer.text
        return answer.json()["data"]["result"]

    def _rules(self) -> list[dict[str, Any]]:
        groups = self._http.get("/api/v1/rules").json()["data"]["groups"]
        return [rule for group in groups for rule in group["rules"]]

    def _asked_by_rules(self) -> list[tuple[str, str]]:
        """An alarm that is silent has no data: the figures that it looks at must."""
        return [
            (f"rule {rule['name']}", selected)
            for rule in self._rules()
            for selected in re.findall(r"\bslackwater[_:][a-z0-9_:]+", rule["query"])
            if selected not in NOT_HERE
        ]


def _fails(rule: dict[str, Any]) -> bool:
    return rule["health"] == "err"
