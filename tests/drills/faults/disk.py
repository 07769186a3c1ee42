"""Postgres is away, and the disk on which the journal stands takes no further byte.

By RLIMIT_FSIZE on the running process, which needs no privilege: a write beyond it fails (EFBIG).
"""

import resource
from collections.abc import Generator
from contextlib import contextmanager

from tests.drills.stage import Stage


@contextmanager
def postgres_away_and_journal_full(stage: Stage) -> Generator[None]:
    """Both at once; then the disk has room again, and Postgres comes back."""
    pid = stage.scene.pid("command-api")
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    stage.scene.stop("postgres")
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        if stage.scene.pid("command-api") == pid:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))
        stage.scene.start("postgres")
