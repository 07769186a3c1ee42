"""No text, name, token or password gets into any process's output, whatever goes wrong."""

import json
from collections.abc import Generator

import httpx
import psycopg
import pytest

from tests.acceptance.people import Person
from tests.drills.scene import Scene
from tests.examples import long
from tests.faults.test_quarantine import figures, rewrite
from tests.places import let_through
from tests.waiting import until
from tests.whole_system import whole_system

MARK = "marked"
TEXT, HANDLE, NAME = f"{MARK} text", f"{MARK}_handle", f"{MARK} name"
PASSWORD = f"{MARK}-password"
OWN_LINES = ("command-api", "query-api", "relay", "projector-1", "relational-projector")


@pytest.fixture(scope="module")
def talkative(tmp_path_factory: pytest.TempPathFactory) -> Generator[Scene]:
    """Everything, telling all that it ever tells."""
    place = let_through(tmp_path_factory.mktemp("talkative"))
    with whole_system(
        place, shards=1, projectors=1, projectors_max=1, log_level="DEBUG"
    ) as running:
        scene = Scene(running)
        yield scene
        scene.redis.close()


def output(scene: Scene, name: str = "*") -> str:
    found = sorted(scene.system.directory.logs.glob(f"{name}.log"))
    assert found
    return "\n".join(log.read_text(encoding="utf-8", errors="replace") for log in found)


def lines(scene: Scene, name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in output(scene, name).splitlines()]


@long
def test_nothing_marked_is_in_any_output_whatever_fails(talkative: Scene) -> None:
    scene, addresses = talkative, talkative.addresses
    tokens: list[str] = []
    with httpx.Client(base_url=addresses.gateway, timeout=30) as http:
        answer = http.post("/users/", json={"handle": HANDLE, "display_name": NAME})
        ada = Person(http, answer.json()["id"], HANDLE, answer.json()["access_token"], 0)
        assert http.post("/users/", json={"handle": HANDLE}).status_code == 409
        bob = Person.register(http, f"{HANDLE}_2")
        tokens += [ada.token, bob.token, answer.headers["Feed-Token"]]
        ada.follow(bob)
        bob.post(TEXT)
        ada.position = bob.position
        assert [item["text"] for item in ada.whole_feed()] == [TEXT]
        _ask_badly(http, ada)
        scene.stop("valkey")
        until(lambda: http.get("/feed/", headers=ada.headers).is_success, "Postgres answers")
        scene.start("valkey")
        until(lambda: scene.supervisor.is_running("valkey"), "Valkey runs")
        scene.stop("postgres")
        post = http.post("/posts/", json={"text": TEXT}, headers=bob.headers)
        assert post.status_code == 202
        scene.start("postgres")
        bob.carried_out(post)
        _poison(scene, bob)
    told = output(scene)
    assert "Traceback" not in told
    assert '"traceback"' in told  # or nothing was shown that could have told
    for secret in (MARK, *tokens):
        assert secret not in told, told[max(0, told.index(secret) - 500) :][:1000]
    for name in OWN_LINES:
        assert lines(scene, name), name


def _ask_badly(http: httpx.Client, ada: Person) -> None:
    forged = {"Authorization": f"Bearer {MARK}.{MARK}.{MARK}"}
    for headers in (forged, ada.headers | {"Feed-Token": f"{MARK}.1.{MARK}"}):
        assert http.get("/feed/", headers=headers).status_code in {400, 401}
    for path in (f"/users/{MARK}", f"/feed/?cursor={MARK}", f"/feed/?limit=1&x={MARK}", f"/{MARK}"):
        http.get(path, headers=ada.headers | {"X-Request-Id": MARK, "traceparent": MARK})
    for content in (f'{{"text": "{MARK}', f'{{"text": ["{MARK}"]}}', f'{{"text": "{MARK * 500}"}}'):
        http.post("/posts/", content=content, headers=ada.headers)
        http.post("/users/", content=content, headers={"Idempotency-Key": MARK})


def _poison(scene: Scene, bob: Person) -> None:
    """A post whose event cannot be read, met by the workers and by a request."""
    scene.stop("relay", "projector-1", "relational-projector")
    post = bob.post(f"{TEXT} of poison")
    newer = f'"v":99,"{MARK}":1'
    state = f"regexp_replace(convert_from(state, 'UTF8'), '\"v\":[0-9]+', '{newer}')"
    rewrite(scene.addresses, bob.position, state)
    scene.start("relay", "projector-1", "relational-projector")
    for worker in ("projector-1", "relational-projector"):
        url = scene.addresses.metrics[worker]
        until(lambda: scene.supervisor.is_running(worker), f"{worker} runs")  # noqa: B023
        until(lambda: _stands(url, bob.position), f"{worker} stands")  # noqa: B023
    refused = bob.http.delete(f"/posts/{post['id']}", headers=bob.headers)
    assert refused.status_code == 500
    assert refused.json()["request_id"] == refused.headers["X-Request-Id"]
    with psycopg.connect(scene.addresses.database_url) as connection:
        connection.execute("ALTER TABLE slackwater_events RENAME COLUMN state TO gone")
    http = bob.http
    assert http.post("/posts/", json={"text": TEXT}, headers=bob.headers).status_code >= 500


def _stands(url: str, position: int) -> bool:
    try:
        return figures(url).get("slackwater_poisoned_position") == position
    except httpx.TransportError:
        return False
