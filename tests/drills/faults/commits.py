"""The connection between the command API and Postgres is cut just as a COMMIT passes."""

from collections.abc import Generator
from contextlib import closing, contextmanager

from launcher.settings import environment_name
from tests.drills.stage import Stage
from tests.integration.cutting_proxy import CuttingProxy, arrives, never_arrives, reply_is_lost

FATES = (reply_is_lost, never_arrives, arrives)
COMMITS = 1_000
"""More than pass in a drill; what is left over arrives."""


@contextmanager
def behind_a_proxy(stage: Stage) -> Generator[None]:
    """The command API reaches Postgres through a proxy."""
    with closing(CuttingProxy(stage.scene.addresses.database_url)) as proxy:
        stage.proxy = proxy
        url = {environment_name("database_url"): proxy.url}
        with stage.scene.with_environment("command-api", url):
            yield
        stage.proxy = None


@contextmanager
def cut_at_commit(stage: Stage) -> Generator[None]:
    """Two of three COMMITs do not reach the server, or their reply does not reach the client."""
    assert stage.proxy is not None
    stage.proxy.next_commits(*stage.rng.choices(FATES, k=COMMITS))
    try:
        yield
    finally:
        stage.proxy._fates.clear()
