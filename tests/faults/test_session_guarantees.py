"""What a client that keeps its newest token can rely on while read models stand still."""

import random

from tests.drills.client import Client
from tests.drills.crowd import Crowd
from tests.drills.event_loop import event_loop
from tests.drills.faults.processes import stopped
from tests.drills.record import Record
from tests.drills.scene import Scene
from tests.drills.stage import Stage


class ForgetfulClient(Client):
    """Throws its tokens away."""

    def _own_headers(self) -> dict[str, str]:
        headers = super()._own_headers()
        headers.pop("Feed-Token", None)
        return headers


async def write_and_read(crowd: Crowd, times: int) -> None:
    """One of them does; each read comes right after the write."""
    person = crowd.people[0]
    for number in range(times):
        await person.publish(f"{person.handle} then {number}")
        await person.read_own_page("/feed/")
        await person.turn(crowd.people[1].id)
        await person.read_following()


def violations(scene: Scene, kind: type[Client], name: str) -> Record:
    rng, record = random.Random(name), Record()
    with event_loop() as loop:
        crowd = Crowd(scene.addresses.gateway, record, name, rng, kind)
        loop.finish(crowd.set_up())
        with stopped(*scene.system.projectors)(Stage(scene, rng)):
            loop.finish(write_and_read(crowd, times=1))
        loop.finish(write_and_read(crowd, times=5))
        loop.finish(crowd.close())
    return record


def test_who_keeps_the_newest_token_reads_their_writes_and_never_goes_back(scene: Scene) -> None:
    record = violations(scene, Client, "keeps_tokens")
    assert record.examples == []
    assert any(attempt.unmet for attempt in record.attempts), "old answers said that they were"


def test_who_throws_their_tokens_away_is_shown_what_is_older(scene: Scene) -> None:
    record = violations(scene, ForgetfulClient, "forgets_tokens")
    assert record.violations["older than seen"] > 0
