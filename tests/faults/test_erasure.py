"""People are erased under traffic, and who erases them is killed: all of theirs ends, and nothing
that they said is found in any file or server."""

import json
import os
import signal
import threading
from pathlib import Path
from uuid import UUID

import httpx
import psycopg

from tests.acceptance.people import Person
from tests.command_line import slackwater
from tests.drills.scene import Scene
from tests.examples import long
from tests.integration.searching import copies_of, places_of
from tests.waiting import until

POSTS = 40
SECRET = "to be forgotten by all"


def keys_of(url: str, people: list[Person]) -> list[bytes]:
    wanted = [UUID(person.id) for person in people]
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT key FROM slackwater_keys WHERE person = ANY(%s)", (wanted,)
        ).fetchall()
    return [key for (key,) in rows]


def is_over(url: str) -> bool:
    with psycopg.connect(url) as connection:
        return connection.execute("SELECT FROM slackwater_erasures").fetchone() is None


def drop_what_rests(scene: Scene) -> None:
    listed = json.loads(slackwater(scene.addresses, "generations", "list", "--json").stdout)
    for one in listed:
        if one["state"] == "resting":
            arguments = (one["projection"], str(one["generation"]))
            dropped = slackwater(scene.addresses, "generations", "drop", *arguments)
            assert dropped.exit_code == 0, dropped.stderr


def files_of(scene: Scene) -> list[Path]:
    """What our own processes write; the servers are asked instead, since they only mark as gone."""
    directory = scene.system.directory
    return [directory.logs, directory.journal_file.parent]


@long
def test_a_killed_command_api_leaves_nothing_half_erased_and_nothing_is_found(
    scene: Scene, tmp_path: Path
) -> None:
    url, stop = scene.addresses.database_url, threading.Event()
    with httpx.Client(base_url=scene.addresses.gateway, timeout=30) as http:
        stays = Person.register(http, "erasure_stays")
        people = [Person.register(http, f"erasure_{number}") for number in range(3)]
        for person in people:
            stays.follow(person)
            person.follow(stays)
            for number in range(POSTS):
                person.post(f"{SECRET}: {person.handle} {number}")
        stays.feed_as_of(max(person.position for person in people))
        needles = [SECRET.encode(), *keys_of(url, people)]
        assert len(needles) == 1 + len(people)
        assert places_of(copies_of(url, scene.redis), needles), "it is there before"

        def post() -> None:
            while not stop.is_set():  # while the command API is away it is told so, and goes on
                http.post("/posts/", json={"text": "goes on"}, headers=stays.headers)

        traffic = threading.Thread(target=post)
        traffic.start()
        try:
            for person in people:
                gone = http.delete(f"/users/{person.id}", headers=person.headers)
                assert gone.status_code == 204, gone.text
            os.kill(scene.pid("command-api"), signal.SIGKILL)
            until(lambda: is_over(url), "everything of theirs has ended", seconds=60)
        finally:
            stop.set()
            traffic.join()
        until(lambda: http.get("/command-api/readyz").is_success, "it is there again")
        last = stays.post("after all of it")
        assert set(stays.texts_as_of(stays.position)) == {"goes on", last["text"]}
        for person in people:
            assert http.get(f"/users/{person.id}").status_code == 404
    judged = slackwater(scene.addresses, "verify", "--json")
    assert judged.exit_code == 0, judged.stdout
    assert slackwater(scene.addresses, "rebuild", "--all").exit_code == 0
    kept = slackwater(scene.addresses, "backup", str(tmp_path / "backup"))
    assert kept.exit_code == 0, kept.stderr
    drop_what_rests(scene)
    found = places_of(copies_of(url, scene.redis, tmp_path, *files_of(scene)), needles)
    assert found == set()
