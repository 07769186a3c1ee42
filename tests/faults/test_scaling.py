"""Workers behind: `up` starts another one, and feeds are fresh again."""

import random
import signal
import threading
from collections.abc import Generator
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from launcher import projector_scaling as scaling
from launcher.projector_scaler import Scaler, lag_of
from launcher.projector_scaling import Rule
from tests.acceptance.people import Person
from tests.drills.faults.processes import frozen
from tests.drills.scene import Scene
from tests.drills.stage import Stage
from tests.waiting import until


@contextmanager
def scaled(scene: Scene, tell: list[str]) -> Generator[str]:
    """Meanwhile one projector more may run than always do: the one of this name."""
    always, spare = scene.system.projectors, scene.system.spare_projectors[:1]
    rule = Rule(minimum=len(always), maximum=len(always) + 1, lag_seconds=1.0)
    stop = threading.Event()
    scaler = Scaler(scene.supervisor, rule, spare, scene.addresses.query_api, tell.append)
    thread = scaler.start(stop)
    try:
        yield spare[0]
    finally:
        stop.set()
        thread.join()
        scene.stop(*spare)


def test_while_feeds_stay_behind_a_spare_projector_runs_and_when_they_do_not_it_is_stopped(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scaling, "UP_AFTER_SECONDS", 1.0)
    monkeypatch.setattr(scaling, "DOWN_AFTER_SECONDS", 2.0)
    supervisor, query_api, told = scene.supervisor, scene.addresses.query_api, list[str]()
    assert scene.system.projectors == ["projector-1", "projector-2"]
    assert scene.system.spare_projectors == ["projector-3", "projector-4"]
    with httpx.Client(base_url=scene.addresses.gateway, timeout=30) as http:
        ada = Person.register(http, "scaling_ada")
        ada.post("before")
        ada.feed_as_of(ada.position)
        with ExitStack() as standing:
            for name in scene.system.projectors:
                standing.enter_context(frozen(name)(Stage(scene, random.Random(name))))
            ada.post("in the dark")
            spare = standing.enter_context(scaled(scene, told))
            assert not supervisor.is_running(spare)
            until(lambda: supervisor.is_running(spare), "the spare one runs")
            assert ada.texts_as_of(ada.position) == ["in the dark", "before"]
            for name in scene.system.projectors:
                supervisor.send(name, signal.SIGCONT)
            until(lambda: not supervisor.is_running(spare), "it is calm again")
        assert [what.split(":")[0] for what in told] == ["feeds stay behind", "it has been calm"]
        ada.post("afterwards")
        ada.feed_as_of(ada.position)
    until(lambda: lag_of(query_api) == 0.0, "no feed is behind")
    assert lag_of("http://127.0.0.1:1") is None
