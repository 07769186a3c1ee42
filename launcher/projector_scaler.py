"""Looks at the lag while `up` runs, and asks for as many projectors as it takes."""

import http.client
import json
import threading
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from launcher.projector_scaling import Rule, Scale, next_scale
from launcher.supervisor import Supervisor, Tell

LOOK_EVERY_SECONDS = 1.0
ANSWER_SECONDS_MAX = 2.0


class Scaler:
    """A thread of its own: asking may take its time, and the one that tends must not wait."""

    def __init__(
        self, supervisor: Supervisor, rule: Rule, spare: Sequence[str], query_api: str, tell: Tell
    ) -> None:
        self._supervisor = supervisor
        self._rule = rule
        self._spare = spare
        self._query_api = query_api
        self._tell = tell
        self._scale = Scale(rule.minimum)

    def start(self, until: threading.Event) -> threading.Thread:
        """Goes on until the event."""
        thread = threading.Thread(target=self._run, args=(until,), name="scaler", daemon=True)
        thread.start()
        return thread

    def _run(self, until: threading.Event) -> None:
        while not until.wait(LOOK_EVERY_SECONDS):
            self.look(lag_of(self._query_api))

    def look(self, lag_seconds: float | None) -> None:
        """One look, and what follows from it."""
        before = self._scale.projectors
        self._scale = next_scale(self._rule, self._scale, lag_seconds, time.monotonic())
        wanted = self._scale.projectors
        if wanted == before:
            return
        why = "feeds stay behind" if wanted > before else "it has been calm"
        self._tell(f"{why}: {wanted} projectors, {before} before")
        for number, name in enumerate(self._spare, self._rule.minimum + 1):
            self._supervisor.want(name, running=number <= wanted)


def lag_of(query_api: str) -> float | None:
    """How many seconds the slowest shard is behind, as the query API says; None if it does not."""
    where = urlsplit(query_api)
    assert where.hostname is not None
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=ANSWER_SECONDS_MAX)
    try:
        connection.request("GET", "/debug/metrics-summary")
        summary: dict[str, Any] = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    lags = [shard["lag_seconds"] for shards in summary.get("lag", {}).values() for shard in shards]
    return max(lags, default=None)
