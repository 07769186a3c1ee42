"""One line of a log as JSON."""

import time
from datetime import UTC, datetime
from typing import Any

import msgspec

from launcher.fit_to_be_logged import Fields

_encoder = msgspec.json.Encoder(enc_hook=str)


def as_json(_: Any, __: str, fields: Fields) -> str:
    """The line: `timestamp`, `level`, `logger` and `event` first, then what else there is."""
    head = {
        "timestamp": datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="milliseconds"),
        "level": fields.pop("level", "info"),
        "logger": fields.pop("logger", ""),
        "event": fields.pop("event", ""),
    }
    return _encoder.encode({**head, **fields}).decode()
