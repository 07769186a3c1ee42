"""Embedded Postgres: what stands in its directory after an accident is never taken for more."""

import shutil
import subprocess
from pathlib import Path

import pytest

from launcher.embedded_postgres import EmbeddedPostgres
from tests.places import let_through


@pytest.fixture
def postgres(tmp_path: Path) -> EmbeddedPostgres:
    """A cluster, made but not running."""
    postgres = EmbeddedPostgres(let_through(tmp_path) / "postgres", tmp_path / "log")
    postgres.prepare()
    return postgres


def test_a_stale_lock_file_never_costs_another_process_its_life(
    postgres: EmbeddedPostgres,
) -> None:
    with subprocess.Popen(["/bin/sleep", "600"]) as bystander:
        lock = postgres.place / "data" / "postmaster.pid"
        lock.write_text(f"{bystander.pid}\n{postgres.place}/data\n0\n5432\n\n\n")
        postgres.prepare()
        assert bystander.poll() is None
        assert not lock.exists()
        bystander.kill()


def test_a_half_made_cluster_is_made_anew(postgres: EmbeddedPostgres) -> None:
    data, unfinished = postgres.place / "data", postgres.place / "unfinished"
    shutil.move(data, unfinished)
    (unfinished / "global" / "pg_control").unlink()
    postgres.prepare()
    assert (data / "global" / "pg_control").exists()
    assert not unfinished.exists()
