"""What every container is held to, told of the file as Docker Compose itself understands it."""

from collections.abc import Iterator, Mapping
from typing import Any

WRITES_INTO_ITSELF = {"redis-commander"}
"""Writes its configuration into its own image while it starts."""

NO_SECRETS = {"HEALTH_URL", "SLACKWATER_TRACES_URL"}
"""Addresses without a password: a collector gets its own by OTEL_EXPORTER_OTLP_HEADERS."""

ENDS_BY_ITSELF = {"schema", "operator"}


def faults(project: Mapping[str, Any]) -> list[str]:
    """What is wrong with a parsed project, by the name of the service."""
    return [
        f"{name}: {fault}"
        for name, service in project["services"].items()
        for fault in _faults_of(name, service)
    ]


def _faults_of(name: str, service: Mapping[str, Any]) -> Iterator[str]:
    if not service.get("mem_limit"):
        yield "its memory has no limit"
    if not service.get("read_only") and name not in WRITES_INTO_ITSELF:
        yield "its root file system can be written"
    if service.get("cap_drop") != ["ALL"]:
        yield "it keeps capabilities that it was not given by name"
    if "no-new-privileges:true" not in service.get("security_opt", []):
        yield "its processes may gain privileges"
    if service.get("privileged"):
        yield "it is privileged"
    yield from _secrets_told(service)
    yield from _open_ports(service)
    if name in ENDS_BY_ITSELF:
        return
    if service.get("restart") != "unless-stopped":
        yield "nobody starts it again"
    if not service.get("healthcheck") and "build" not in service:  # our image brings its own
        yield "nobody knows whether it is well"


def _secrets_told(service: Mapping[str, Any]) -> Iterator[str]:
    for variable, value in service.get("environment", {}).items():
        secret = any(word in variable for word in ("PASSWORD", "KEY", "SECRET", "_URL"))
        if secret and not variable.endswith("_FILE") and variable not in NO_SECRETS:
            yield f"{variable} is a secret in a variable ({len(value)} characters)"


def _open_ports(service: Mapping[str, Any]) -> Iterator[str]:
    for port in service.get("ports", []):
        if port.get("host_ip") != "127.0.0.1":
            yield f"port {port['target']} is open to the world unless one says otherwise"
