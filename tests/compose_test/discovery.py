"""Caddy and Prometheus find processes by DNS: here they are told where names are told.

Everything else of their configuration stays as it is.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from launcher.child import Program
from tests.compose_test.container import Container

ADAPTING_SECONDS_MAX = 60


class CaddyfileRefused(Exception):
    """Says what Caddy says."""


def gateway_asking(gateway: Container, name_server: str) -> Program:
    """The gateway with the Caddyfile as Caddy itself understands it, asking this name server.

    Raises CaddyfileRefused.
    """
    caddy, run, *arguments = gateway.command
    assert run == "run"
    adapted = gateway.run([caddy, "adapt", *arguments], ADAPTING_SECONDS_MAX)
    if adapted.returncode:
        raise CaddyfileRefused(adapted.stderr)
    understood = json.loads(adapted.stdout)
    for upstreams in _dynamic_upstreams(understood):
        upstreams["resolver"] = {"addresses": [f"udp/{name_server}"]}
    file = Path(gateway.mounts["/tmp"]) / "caddy.json"
    file.write_text(json.dumps(understood), encoding="utf-8")
    return replace(gateway.program, arguments=[caddy, "run", "--config", str(file)])


def _dynamic_upstreams(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        if isinstance(found := part.get("dynamic_upstreams"), dict):
            yield found
        part = list(part.values())
    if isinstance(part, list):
        for one in part:
            yield from _dynamic_upstreams(one)


def tell_prometheus(file: Path, addresses: Mapping[str, Sequence[str]]) -> None:
    """Puts the addresses behind each name in its place: Prometheus asks no name server but the
    machine's own. A name that nobody has stays away.
    """
    yaml = YAML(typ="safe")
    config = yaml.load(file)
    for job in config["scrape_configs"]:
        job["static_configs"] = [
            {"targets": [f"{address}:{found['port']}" for address in addresses[name]]}
            for found in job.pop("dns_sd_configs")
            for name in found["names"]
        ]
    yaml.dump(config, file)
