"""Each file of compose/, read by the program that will read it."""

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.compose_check import confinement, queries
from tests.compose_check.tools import ROOT, beside_python, compose_parser, promtool

COMPOSE = ROOT / "compose"
PROMETHEUS = COMPOSE / "prometheus"
SECRETS = {"SECRETS_DIR": "./secrets"}
PROGRAM_SECONDS_MAX = 120


class Fault(Exception):
    """Says what a program has found."""


def compose_file() -> str:
    """Docker Compose parses it, alone and with Redis in the place of Valkey; every profile."""
    every = ["--profile", "*", "config"]
    project = json.loads(_ask([*_compose(), *every, "--format", "json"], SECRETS))
    if found := confinement.faults(project):
        raise Fault("\n".join(found))
    _ask([*_compose(), "--file", str(COMPOSE / "redis.yaml"), *every, "--quiet"], SECRETS)
    return f"{len(project['services'])} services, each with its limits"


def what_must_be_set() -> str:
    """Without its secrets nothing starts, and Docker Compose says what to do."""
    done = _run([*_compose(), "config", "--quiet"], {})
    if done.returncode == 0 or "run ./make-secrets first" not in done.stderr:
        raise Fault(f"it should say what is missing, and says: {done.stdout}{done.stderr}")
    return "a missing SECRETS_DIR is told with what to do"


def compose_schema() -> str:
    """The Compose specification's JSON schema."""
    files = [str(COMPOSE / name) for name in ("compose.yaml", "redis.yaml")]
    _ask([beside_python("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", *files])
    return "compose.yaml and redis.yaml are of the Compose specification"


def dockerfile() -> str:
    """hadolint finds nothing, notes included."""
    arguments = ["--failure-threshold", "style", str(COMPOSE / "Dockerfile")]
    _ask([beside_python("hadolint"), *arguments])
    return "hadolint finds nothing"


def caddyfile() -> str:
    """Caddy accepts it, with what the gateway of compose.yaml is given."""
    project = json.loads(_ask([*_compose(), "config", "--format", "json"], SECRETS))
    gateway: dict[str, str] = project["services"]["gateway"]["environment"]
    caddy = [beside_python("caddy"), "validate", "--adapter", "caddyfile"]
    _ask([*caddy, "--config", str(COMPOSE / "Caddyfile")], gateway)
    return "Caddy accepts it, with the gateway's environment"


def prometheus_config() -> str:
    """promtool accepts the configuration, and finds nothing in the rules."""
    _ask([promtool(), "check", "config", str(PROMETHEUS / "prometheus.yaml")])
    rules = [str(PROMETHEUS / name) for name in ("recording.yaml", "alerts.yaml")]
    _ask([promtool(), "check", "rules", "--lint=all", "--lint-fatal", *rules])
    return "configuration and rules are valid"


def prometheus_rules() -> str:
    """The rules do in promtool's tests what they should."""
    files = sorted(map(str, (PROMETHEUS / "tests").glob("*.yaml")))
    _ask([promtool(), "test", "rules", *files])
    return f"{len(files)} files of promtool tests pass"


def dashboards() -> str:
    """They are of Grafana's format as far as we use it, and promtool can read every query."""
    schema = str(COMPOSE / "grafana" / "dashboard.schema.json")
    files = [str(path) for path in queries.DASHBOARDS]
    _ask([beside_python("check-jsonschema"), "--check-metaschema", schema])
    _ask([beside_python("check-jsonschema"), "--schemafile", schema, *files])
    with tempfile.TemporaryDirectory() as directory:
        rules = Path(directory) / "queries.yaml"
        rules.write_text(queries.as_rules(), encoding="utf-8")
        _ask([promtool(), "check", "rules", str(rules)])
    return f"{len(files)} dashboards, {len(list(queries.queries()))} queries"


CHECKS = (
    compose_file,
    what_must_be_set,
    compose_schema,
    dockerfile,
    caddyfile,
    prometheus_config,
    prometheus_rules,
    dashboards,
)


def _compose() -> list[str]:
    no_env = ["--env-file", os.devnull]  # whoever uses the containers here has one of their own
    return [compose_parser(), *no_env, "--file", str(COMPOSE / "compose.yaml")]


def _ask(command: list[str], given: Mapping[str, str] | None = None) -> str:
    done = _run(command, given or {})
    if done.returncode:
        raise Fault(f"{done.stdout}{done.stderr}".strip())
    return done.stdout


def _run(command: list[str], given: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    with tempfile.TemporaryDirectory() as home:
        environment = {"PATH": os.environ["PATH"], "HOME": home, **given}
        return subprocess.run(
            command,
            cwd=home,
            env=environment,
            capture_output=True,
            text=True,
            timeout=PROGRAM_SECONDS_MAX,
            check=False,
        )
