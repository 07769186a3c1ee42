"""What `slackwater check` says of the journal: can it be used, and what is in it."""

import os
from contextlib import closing
from pathlib import Path

from command_api.errors import JournalError
from command_api.journal.file import JournalFile
from command_api.journal.journal import ENTRIES_MAX
from command_api.journal.state import State
from launcher.data_directory import DataDirectory
from launcher.findings import Findings
from launcher.settings import Settings


def check_journal(settings: Settings, findings: Findings) -> None:
    """Adds what is found. Looks, and writes as little as finds out whether the disk takes it."""
    path = settings.journal or DataDirectory(settings.data_dir).journal_file
    if not path.exists():
        _check_place(path, settings, findings)
        return
    try:
        with closing(JournalFile(path, durable=True)) as file:
            counts = file.counts()
            fault = file.write_fault()
    except JournalError as error:
        findings.errors.append(f"journal: {error}")
        return
    waiting, rejected = counts.get(State.QUEUED, 0), counts.get(State.REJECTED, 0)
    if fault is not None:
        findings.errors.append(f"journal: {path} takes no commands: {fault}")
    findings.fine.append(f"journal: {path}, {waiting} commands wait")
    if waiting >= ENTRIES_MAX:
        findings.errors.append(f"journal: full, {ENTRIES_MAX} commands wait for Postgres already")
    if rejected:
        findings.warnings.append(
            f"journal: {rejected} commands were rejected when their turn came: `slackwater journal "
            "list --state rejected`, then `slackwater journal retry`"
        )


def _check_place(path: Path, settings: Settings, findings: Findings) -> None:
    """There is no journal yet: can one be made?"""
    nearest = next(parent for parent in path.absolute().parents if parent.exists())
    if not os.access(nearest, os.W_OK | os.X_OK) or not nearest.is_dir():
        findings.errors.append(f"journal: {path} cannot be made, {nearest} is not ours to write")
    elif settings.journal is None:
        findings.fine.append("journal: none yet, `up` makes one in the data directory")
    else:
        findings.fine.append(f"journal: none yet, the command API makes {path}")
