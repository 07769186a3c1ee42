"""HTTP under load, by wrk: another program, in another language, so that it takes little itself."""

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.ground import Ground
from tests.bench.row import CannotMeasure

CONNECTIONS = 32
SCRIPT = Path(__file__).with_name("requests.lua")
SECONDS_MORE_MAX = 30

HOW_TO_GET_IT = (
    "wrk is not on this machine: 'apt-get install wrk' (Debian, Ubuntu), 'brew install wrk' "
    "(macOS), or https://github.com/wg/wrk"
)


@dataclass(frozen=True, slots=True)
class Request:
    """One of the requests that are sent in turns."""

    path: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    method: str = "GET"
    body: str = ""


class Wrk:
    """Sends the same requests again and again. Raises CannotMeasure if wrk is missing."""

    def __init__(
        self,
        ground: Ground,
        address: str,
        requests: Sequence[Request],
        connections: int = CONNECTIONS,
    ) -> None:
        if shutil.which("wrk") is None:
            raise CannotMeasure(HOW_TO_GET_IT)
        self._address = address
        self._connections = connections
        self._requests = ground.file("requests.tsv")
        self._requests.write_text(as_lines(requests), encoding="utf-8")

    def run(self, seconds: float) -> dict[str, Any]:
        """What wrk saw: requests_per_second, bytes_per_answer, p50_ms, p99_ms.

        Any answer that is not 2xx or 3xx, and any connection that broke, is an error: figures of a
        server that refuses would be fast and worthless.
        """
        command = ["wrk", "-t1", f"-c{self._connections}", f"-d{max(1, round(seconds))}s"]
        command += ["-s", str(SCRIPT), self._address, "--", str(self._requests)]
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=seconds + SECONDS_MORE_MAX
        )
        found = json.loads(done.stdout[done.stdout.rindex("{") :])
        assert not found.pop("errors"), f"{self._address} failed:\n{done.stdout}"
        return found


def as_lines(requests: Sequence[Request]) -> str:
    """One request a line: method, path, body, then pairs of header names and values, by tabs."""
    lines: list[str] = []
    for request in requests:
        fields = [request.method, request.path, request.body]
        for header in request.headers.items():
            fields += header
        assert not any("\t" in each or "\n" in each for each in fields)
        lines.append("\t".join(fields))
    return "\n".join(lines) + "\n"
