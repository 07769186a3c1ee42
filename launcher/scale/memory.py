"""What processes and Valkey need of memory, in bytes."""

import contextlib
import os
from pathlib import Path

import psutil
from redis import Redis

_KIB = 1024


def peak_bytes(pid: int) -> int:
    """The most that a process ever had in memory; 0 if it has ended, or nobody counts here."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    found = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return int(found[0]) * _KIB if found else 0


def own_peak_bytes() -> int:
    """Of this process."""
    return peak_bytes(os.getpid())


def family_bytes(pid: int) -> int:
    """A process with all its children, now: what they share is counted once (the sum of Pss)."""
    total = 0
    with contextlib.suppress(psutil.NoSuchProcess):
        parent = psutil.Process(pid)
        for process in [parent, *parent.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                total += getattr(process.memory_full_info(), "pss", 0)
    return total


def valkey_bytes(redis: Redis) -> tuple[int, int]:
    """What Valkey has allocated for its data now, and the most that it ever had."""
    info = redis.info("memory")
    return int(info["used_memory"]), int(info["used_memory_peak"])
