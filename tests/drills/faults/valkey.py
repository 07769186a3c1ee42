"""Valkey loses what it holds, or has no room for more."""

from collections.abc import Generator
from contextlib import contextmanager

from tests.drills.stage import Stage

TAIL_BYTES_MAX = 5_000


@contextmanager
def emptied(stage: Stage) -> Generator[None]:
    """FLUSHALL: stream, checkpoints and read models are gone at one instant."""
    stage.scene.redis.flushall()
    yield


@contextmanager
def file_cut(stage: Stage) -> Generator[None]:
    """Its append-only file loses its end, as after a power cut; then it starts again."""
    stage.scene.stop("valkey")
    [file] = (stage.scene.valkey_directory / "appendonlydir").glob("*.incr.aof")
    size = file.stat().st_size
    with file.open("r+b") as opened:
        opened.truncate(max(0, size - stage.rng.randint(1, TAIL_BYTES_MAX)))
    stage.scene.start("valkey")
    yield


@contextmanager
def out_of_memory(stage: Stage) -> Generator[None]:
    """It refuses whatever needs room; nothing is evicted."""
    redis = stage.scene.redis
    redis.config_set("maxmemory", 1)
    try:
        yield
    finally:
        redis.config_set("maxmemory", 0)


@contextmanager
def scripts_forgotten(stage: Stage) -> Generator[None]:
    """SCRIPT FLUSH."""
    stage.scene.redis.script_flush()
    yield
