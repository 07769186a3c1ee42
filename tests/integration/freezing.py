"""Postgres stands still: each of its processes gets SIGSTOP, connections stay open."""

from collections.abc import Generator
from contextlib import contextmanager

import psutil

from tests.conftest import Servers


@contextmanager
def postgres_frozen(servers: Servers) -> Generator[None]:
    """Until the context ends; then it goes on with what it had begun."""
    child = servers.supervisor.child("postgres")
    assert child is not None
    started = psutil.Process(child.pid)
    stopped = [each for each in (started, *started.children(recursive=True)) if _is_server(each)]
    assert stopped
    for each in stopped:
        each.suspend()
    try:
        yield
    finally:
        for each in stopped:
            each.resume()


def _is_server(process: psutil.Process) -> bool:
    return "postgres" in process.name()
