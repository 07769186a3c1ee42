"""A journal of one test's own."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest

from command_api.journal.journal import Journal


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where `journal` is; nobody has made it before."""
    return tmp_path / "private" / "journal.sqlite"


@pytest.fixture
def journal(path: Path) -> Generator[Journal]:
    """An empty journal."""
    with closing(Journal(path)) as journal:
        yield journal
