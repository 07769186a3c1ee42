"""The lock beside a journal: one process at a time has it."""

import fcntl
import os
from pathlib import Path

from command_api.errors import JournalUnusable


def hold(path: Path) -> int:
    """Takes the lock, which ends with the process, however that ends; returns what to close.

    Raises JournalUnusable if another process has it.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        held = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise JournalUnusable(f"the journal {path} cannot be made: {error}") from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(held)
        raise JournalUnusable(
            f"another command API has the journal {path}; give each one a SLACKWATER_JOURNAL of "
            "its own"
        ) from None
    return held
