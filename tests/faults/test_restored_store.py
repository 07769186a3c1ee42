"""Postgres is put back to an older backup under a running system: that is all anybody does."""

import json
import subprocess
import threading
from dataclasses import dataclass, field
from typing import Self

import httpx

from tests.acceptance.people import Person
from tests.command_line import slackwater
from tests.drills.scene import Scene
from tests.waiting import until


@dataclass
class Onlooker:
    """Reads somebody's feed all the time, and remembers under which epoch it was told what."""

    gateway: str
    headers: dict[str, str]
    answers: list[tuple[str, list[str]]] = field(default_factory=list[tuple[str, list[str]]])
    _stop: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._read)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _read(self) -> None:
        with httpx.Client(base_url=self.gateway, headers=self.headers, timeout=30) as http:
            while not self._stop.is_set():
                answer = http.get("/feed/")
                if answer.status_code == 200:
                    told = [item["text"] for item in answer.json()["items"]]
                    self.answers.append((epoch_of(answer), told))
                else:
                    assert answer.status_code in {502, 503}, answer.text


def epoch_of(answer: httpx.Response) -> str:
    return answer.headers["Feed-Token"].split(".")[0]


def replace_store(scene: Scene, target: str, source: str) -> None:
    """Stops Postgres, copies one directory over another, and starts it again."""
    postgres = scene.system._postgres
    assert postgres is not None
    scene.stop("postgres")
    place = postgres.place
    subprocess.run(["rm", "-rf", str(place / target)], check=True)
    subprocess.run(["cp", "-a", str(place / source), str(place / target)], check=True)
    scene.start("postgres")
    until(postgres.accepts_connections, "Postgres starts")


def test_feeds_follow_the_restored_history_and_nothing_of_the_lost_one_is_shown_again(
    scene: Scene,
) -> None:
    gateway = scene.addresses.gateway
    with httpx.Client(base_url=gateway, timeout=30) as http:
        ada, bob = (Person.register(http, f"restored_{name}") for name in ("ada", "bob"))
        ada.follow(bob)
        bob.post("kept")
        assert ada.texts_as_of(bob.position) == ["kept"]
        replace_store(scene, "backup", "data")
        lost = bob.post("lost 1")
        bob.post("lost 2")
        cyd = Person.register(http, "restored_cyd")
        assert ada.texts_as_of(bob.position) == ["lost 2", "lost 1", "kept"]
        old_epoch = epoch_of(ada.feed())
        with Onlooker(gateway, ada.headers) as onlooker:
            replace_store(scene, "data", "backup")
            bob.position = 0  # what is posted takes positions that were taken before
            bob.post("since 1")
            assert bob.position <= cyd.position, "the lost positions are taken again"
            for number in range(2, 6):
                bob.post(f"since {number}")

            def settled() -> bool:
                answer = http.get("/feed/", headers=ada.headers)
                return answer.is_success and len(answer.json()["items"]) == 6

            until(settled, "the feed of the new history")
            seen = len(onlooker.answers)
            until(lambda: len(onlooker.answers) > seen + 20, "some more looks")
        texts = [item["text"] for item in ada.feed().json()["items"]]
        assert texts == [*(f"since {number}" for number in range(5, 0, -1)), "kept"]
        new_epoch = epoch_of(ada.feed())
        assert old_epoch != new_epoch
        assert epoch_of(bob.follow(ada)) == new_epoch
        first = next(n for n, (epoch, _) in enumerate(onlooker.answers) if epoch != old_epoch)
        later = onlooker.answers[first:]
        assert {epoch for epoch, _ in later} == {new_epoch}
        assert not [told for _, told in later if any("lost" in text for text in told)]
        assert http.get(f"/feed/posts/{lost['id']}").status_code == 404
        assert http.get(f"/users/{cyd.id}").status_code == 404
        refused = http.post("/posts/", headers=cyd.headers, json={"text": "from nowhere"})
        assert refused.status_code == 404
    verify_says_equal(scene)


def verify_says_equal(scene: Scene) -> None:
    done = slackwater(scene.addresses, "verify", "--json")
    assert done.exit_code == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["equal"]
