"""What compose/ says of us is true: commands, settings, figures, alarms and their paragraphs."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from prometheus_client import REGISTRY
from ruamel.yaml import YAML
from typer.core import TyperGroup
from typer.main import get_command

from launcher.cli import app
from launcher.database_roles.roles import ROLES
from launcher.settings import Settings, environment_name
from tests.compose_check.confinement import faults
from tests.compose_check.queries import DASHBOARDS, queries
from tests.unit.test_docs import PROCESSES, ROOT

COMPOSE = ROOT / "compose"
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
OF_THE_GATEWAY = "SLACKWATER_GATEWAY_"
WHO = {"schema": "", "verify": "audit"}


@cache
def read(name: str) -> Any:
    return YAML(typ="safe").load(COMPOSE / name)


def services() -> dict[str, Any]:
    return read("compose.yaml")["services"]


def ours() -> dict[str, Any]:
    return {name: service for name, service in services().items() if "build" in service}


def alerts() -> list[dict[str, Any]]:
    groups = read("prometheus/alerts.yaml")["groups"]
    return [rule for group in groups for rule in group["rules"]]


def rules() -> Iterator[tuple[str, str]]:
    yield from ((alert["alert"], alert["expr"]) for alert in alerts())
    for group in read("prometheus/recording.yaml")["groups"]:
        yield from ((rule["record"], rule["expr"]) for rule in group["rules"])


def test_every_container_of_ours_runs_a_command_that_exists() -> None:
    commands = get_command(app)
    assert isinstance(commands, TyperGroup)
    ran = {service["command"][0] for service in ours().values()}
    assert ran <= set(commands.commands)
    assert {"command-api", "query-api", "relay", "projector", "relational-projector"} <= ran


def test_every_setting_that_a_container_is_given_exists() -> None:
    known = {environment_name(name) for name in Settings.__struct_fields__}
    for name, service in ours().items():
        given = {key for key in service["environment"] if key.startswith("SLACKWATER_")}
        assert given <= known, name


def test_every_container_is_given_the_secrets_that_it_reads_and_no_others() -> None:
    for name, service in ours().items():
        given = service["environment"]
        read = {value for key, value in given.items() if key.endswith("_FILE")}
        if "SLACKWATER_ROLES_DIR" in given:
            read |= {f"{given['SLACKWATER_ROLES_DIR']}/{role}" for role in ROLES}
        assert read == {f"/run/secrets/{secret}" for secret in service["secrets"]}, name


def test_every_process_comes_as_who_it_is() -> None:
    for name, service in ours().items():
        who = WHO.get(name, name.removesuffix("-2").replace("-", "_"))
        # Both APIs count calls as one.
        addresses = {one for one in service["secrets"] if "_url" in one} - {"redis_url_limits"}
        assert ("redis_url_limits" in service["secrets"]) == name.rstrip("-2").endswith("-api")
        assert addresses <= {f"database_url{who}", f"database_url_{who}", f"redis_url_{who}"}, name


def test_the_builder_is_given_every_package() -> None:
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = packages["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    given = (COMPOSE / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert {f"!{name}" for name in wheel if name != "compose"} <= set(given)
    assert [line for line in given if line.startswith("!compose")] == [
        "!compose/__init__.py",
        "!compose/Caddyfile",
    ]


def test_the_gateway_is_given_what_the_caddyfile_asks_for() -> None:
    asked = re.findall(r"\{\$(\w+)", (COMPOSE / "Caddyfile").read_text(encoding="utf-8"))
    given = services()["gateway"]["environment"]
    assert set(asked) == {key for key in given if key.startswith(OF_THE_GATEWAY)}


def test_each_command_api_has_a_journal_of_its_own() -> None:
    volumes = [
        service["volumes"] for service in ours().values() if service["command"] == ["command-api"]
    ]
    assert len(volumes) == 2
    assert volumes[0] != volumes[1]


def test_the_rules_and_the_dashboards_ask_only_for_figures_that_exist() -> None:
    assert len(PROCESSES) == 7
    known = {sample.name for metric in REGISTRY.collect() for sample in metric.samples}
    known |= {metric.name + end for metric in REGISTRY.collect() for end in suffixes(metric.type)}
    known |= {name for name, _ in rules() if ":" in name}
    for where, query in [*rules(), *queries()]:
        asked = set(re.findall(r"\bslackwater[_:][a-z0-9_:]+", query))
        assert asked <= known, where


def suffixes(kind: str) -> tuple[str, ...]:
    """What Prometheus sees of a figure that has no values yet."""
    return {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}.get(kind, ("",))


def test_every_alarm_leads_to_its_paragraph_and_every_paragraph_has_an_alarm() -> None:
    names = [alert["alert"] for alert in alerts()]
    assert re.findall(r"^### (\w+)$", OPERATIONS, re.MULTILINE) == sorted(names, key=in_the_docs)
    for alert in alerts():
        anchor = alert["annotations"]["runbook"]
        assert anchor == f"docs/operations.md#{alert['alert'].lower()}"
        assert alert["labels"]["severity"] in {"critical", "warning"}


ALARMED_ABOUT = {
    "a feed that is behind": "SlackwaterFeedsBehind",
    "a lag that grows": "SlackwaterFeedsFallBehind",
    "slow propagation": "SlackwaterPropagationSlow",
    "a relay that stands still while the head moves": "SlackwaterRelayStalled",
    "no active relay": "SlackwaterNoActiveRelay",
    "a shard without an owner": "SlackwaterShardWithoutOwner",
    "a journal that does not get shorter": "SlackwaterJournalNotDraining",
    "events in quarantine": "SlackwaterQuarantineNotEmpty",
    "a difference from history": "SlackwaterVerifyDifferent",
    "reads that Postgres answers": "SlackwaterFallbackInUse",
    "Valkey near its limit": "SlackwaterValkeyMemoryNearlyFull",
    "a certificate about to expire": "SlackwaterCertificateExpires",
    "a disk that gets full": "SlackwaterDiskNearlyFull",
}


def test_what_somebody_has_to_know_at_once_has_an_alarm() -> None:
    assert set(ALARMED_ABOUT.values()) <= {alert["alert"] for alert in alerts()}


def in_the_docs(name: str) -> int:
    return OPERATIONS.find(f"### {name}\n")


def test_every_paragraph_says_what_it_means_where_to_look_and_what_to_do() -> None:
    for paragraph in OPERATIONS.split("\n### ")[1:]:
        for part in ("**Meaning.**", "**Check.**", "**Cure.**"):
            assert paragraph.count(part) == 1, paragraph.split("\n")[0]


def test_every_alarm_is_seen_to_fire_and_to_be_silent_in_a_test() -> None:
    fired: set[str] = set()
    silent: set[str] = set()
    for path in (COMPOSE / "prometheus" / "tests").glob("*.yaml"):
        for test in read(f"prometheus/tests/{path.name}")["tests"]:
            for case in test["alert_rule_test"]:
                (fired if case.get("exp_alerts") else silent).add(case["alertname"])
    assert fired == silent == {alert["alert"] for alert in alerts()}


def test_no_two_panels_of_a_dashboard_lie_on_each_other() -> None:
    assert len(DASHBOARDS) == 3
    for path in DASHBOARDS:
        taken: set[tuple[int, int]] = set()
        for panel in read(f"grafana/dashboards/{path.name}")["panels"]:
            place = panel["gridPos"]
            cells = {
                (place["x"] + x, place["y"] + y)
                for x in range(place["w"])
                for y in range(place["h"])
            }
            assert not cells & taken, (path.name, panel["title"])
            assert max(x for x, _ in cells) < 24
            taken |= cells


CONFINED = {
    "mem_limit": "1",
    "read_only": True,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges:true"],
    "restart": "unless-stopped",
    "healthcheck": {"test": ["CMD", "true"]},
}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"mem_limit": None}, "its memory has no limit"),
        ({"read_only": False}, "its root file system can be written"),
        ({"cap_drop": []}, "it keeps capabilities that it was not given by name"),
        ({"security_opt": []}, "its processes may gain privileges"),
        ({"privileged": True}, "it is privileged"),
        ({"restart": "no"}, "nobody starts it again"),
        ({"healthcheck": None}, "nobody knows whether it is well"),
        ({"environment": {"DB_PASSWORD": "hush"}}, "DB_PASSWORD is a secret in a variable"),
        ({"environment": {"X_PASSWORD_FILE": "/run/secrets/x"}}, None),
        ({"ports": [{"target": 80, "host_ip": "127.0.0.1"}]}, None),
        ({"ports": [{"target": 80}]}, "port 80 is open to the world unless one says otherwise"),
    ],
)
def test_a_container_that_is_not_confined_is_told(
    change: dict[str, Any], fault: str | None
) -> None:
    found = faults({"services": {"one": CONFINED | change}})
    expected = [] if fault is None else [f"one: {fault}"]
    assert [each.split(" (")[0] for each in found] == expected
