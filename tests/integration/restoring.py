"""A store that is replaced by a backup of itself, as pg_dump and psql do it."""

from dataclasses import dataclass
from pathlib import Path

from launcher.embedded_postgres import EmbeddedPostgres


@dataclass(frozen=True, slots=True)
class Backup:
    """A dump of one database. `tables`: only those of the events, or the whole database."""

    postgres: EmbeddedPostgres
    database_url: str
    file: Path
