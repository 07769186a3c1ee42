"""What a client prefers: `Prefer: wait=N, handling=strict` (RFC 7240)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

WAIT_SECONDS_DEFAULT = 1.0
WAIT_SECONDS_MAX = 10
"""Longer waits are cut to this."""

_PREFERENCE = re.compile(r'\s*([0-9A-Za-z-]+)\s*(?:=\s*"?([^";]*)"?)?(?:;.*)?')


@dataclass(frozen=True, slots=True)
class Preferences:
    """How long an answer that is not new enough yet may wait, and whether an older one will do.

    `applied`: those that were asked for and are kept, for `Preference-Applied`.
    """

    wait_seconds: float = WAIT_SECONDS_DEFAULT
    strict: bool = False
    applied: list[str] = field(default_factory=list[str])

    @classmethod
    def of(cls, headers: Sequence[str]) -> "Preferences":
        """From a request's Prefer headers; of one that is given twice the first counts.

        What is not understood is passed over, as the RFC wants it.
        """
        given: dict[str, str] = {}
        for header in headers:
            for preference in header.split(","):
                if match := _PREFERENCE.fullmatch(preference):
                    given.setdefault(match[1].lower(), (match[2] or "").strip())
        wait_seconds, applied = WAIT_SECONDS_DEFAULT, list[str]()
        wait = given.get("wait", "")
        if wait.isascii() and wait.isdigit():
            wait_seconds = min(int(wait[:9]), WAIT_SECONDS_MAX)
            applied.append(f"wait={wait_seconds}")
        strict = given.get("handling", "").lower() == "strict"
        if strict:
            applied.append("handling=strict")
        return cls(wait_seconds, strict, applied)
