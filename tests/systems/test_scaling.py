"""Workers behind: `up` starts another one, and feeds are fresh again."""

import signal
import threading
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest

from launcher import scaling
from launcher.scaler import Scaler, lag_of
from launcher.scaling import Rule
from tests.acceptance.people import Person
from tests.places import let_through
from tests.waiting import until
from tests.whole_system import Running, whole_system


@pytest.fixture
def own(tmp_path: Path) -> Generator[Running]:
    """A system with one projector, and one to spare."""
    with whole_system(let_through(tmp_path), projectors=1, projectors_max=2) as own:
        yield own


def test_while_feeds_stay_behind_a_spare_projector_runs_and_when_they_do_not_it_is_stopped(
    own: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scaling, "UP_AFTER_SECONDS", 1.0)
    monkeypatch.setattr(scaling, "DOWN_AFTER_SECONDS", 2.0)
    supervisor, stop = own.system.supervisor, threading.Event()
    assert own.system.projectors == ["projector-1"]
    assert own.system.spare_projectors == ["projector-2"]
    assert not supervisor.is_running("projector-2")
    rule = Rule(minimum=1, maximum=2, lag_seconds=1.0)
    query_api, told = own.addresses.query_api, list[str]()
    scaler = Scaler(supervisor, rule, own.system.spare_projectors, query_api, told.append)
    with httpx.Client(base_url=own.addresses.gateway, timeout=30) as http:
        ada = Person.register(http, "ada")
        ada.post("before")
        ada.feed_as_of(ada.position)
        supervisor.send("projector-1", signal.SIGSTOP)
        ada.post("in the dark")
        thread = scaler.start(stop)
        until(lambda: supervisor.is_running("projector-2"), "the spare one runs")
        assert ada.texts_as_of(ada.position) == ["in the dark", "before"]
        supervisor.send("projector-1", signal.SIGCONT)
        until(lambda: not supervisor.is_running("projector-2"), "it is calm again")
        assert [what.split(":")[0] for what in told] == ["feeds stay behind", "it has been calm"]
        ada.post("afterwards")
        ada.feed_as_of(ada.position)
        stop.set()
        thread.join()
    assert lag_of(query_api) == 0.0
    assert lag_of("http://127.0.0.1:1") is None
