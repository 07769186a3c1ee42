"""How often an append goes to the server and back: a round of commits lasts as long as that."""

from collections.abc import Generator
from contextlib import closing

import pytest

from command_api.application import Slackwater
from command_api.event_store import datastore
from tests.integration.cutting_proxy import CuttingProxy

BEGIN_APPEND_COMMIT = 3


@pytest.fixture
def proxy(database_url: str) -> Generator[CuttingProxy]:
    with closing(CuttingProxy(database_url)) as proxy:
        yield proxy


@pytest.mark.parametrize(
    ("trusted_seconds", "round_trips"),
    [(60.0, BEGIN_APPEND_COMMIT), (-1.0, 1 + BEGIN_APPEND_COMMIT)],
    ids=["on a connection that has just answered", "on one that is asked first"],
)
def test_an_append_takes_so_many_round_trips(
    write_model: Slackwater, proxy: CuttingProxy, monkeypatch: pytest.MonkeyPatch,
    trusted_seconds: float, round_trips: int,
) -> None:  # fmt: skip
    monkeypatch.setattr(datastore, "TRUSTED_SECONDS", trusted_seconds)
    ada = write_model.register(handle="ada", display_name=None).id
    with closing(Slackwater(proxy.url)) as behind_proxy:
        behind_proxy.open()
        for n in range(10):  # a statement is prepared when it has been used some times
            behind_proxy.publish(author_id=ada, text=f"{n}")
        before = proxy.requests
        behind_proxy.publish(author_id=ada, text="one more")
        assert proxy.requests - before == round_trips
