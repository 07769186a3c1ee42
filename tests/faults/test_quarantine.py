"""An event that nobody can read, met by a whole system: stopped at, left out, brought back."""

import json
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import psycopg

from launcher.settings import environment_name
from launcher.system import Addresses
from tests.acceptance.people import Person
from tests.command_line import slackwater
from tests.drills.scene import Scene
from tests.rewriting import rewriting
from tests.waiting import until

READABLE = "replace(convert_from(state, 'UTF8'), '\"v\":99', '\"v\":2')"


@contextmanager
def projectors_that_quarantine(scene: Scene) -> Generator[None]:
    """Every projector is started anew with the other policy, and in the end with its own."""
    policy = {environment_name("poison"): "quarantine"}
    with ExitStack() as started:
        for name in (*scene.system.projectors, "relational-projector"):
            started.enter_context(scene.with_environment(name, policy))
        yield


def told(addresses: Addresses, *arguments: str) -> Any:
    done = slackwater(addresses, *arguments, "--json")
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def figures(url: str) -> dict[str, float]:
    """The unlabelled figures of a process."""
    lines = httpx.get(url).text.splitlines()
    pairs = [line.rsplit(" ", 1) for line in lines if line.startswith("slackwater_")]
    return {name: float(value) for name, value in pairs if "{" not in name}


def rewrite(addresses: Addresses, position: int, state: str) -> None:
    """As if the event had been written by another version of Slackwater."""
    with psycopg.connect(addresses.database_url) as connection, rewriting(connection):
        statement = (
            f"UPDATE slackwater_events SET state = convert_to({state}, 'UTF8') "
            "WHERE notification_id = %s"
        )
        connection.execute(statement.encode(), (position,))


def test_from_the_stop_over_the_quarantine_to_the_retry(scene: Scene) -> None:
    addresses = scene.addresses
    with httpx.Client(base_url=addresses.gateway) as http:
        ada, bob = (Person.register(http, f"quarantine_{name}") for name in ("ada", "bob"))
        ada.follow(bob)
        with stopped(addresses, bob) as (post, position):
            refused = http.delete(f"/posts/{post['id']}", headers=bob.headers)
            assert refused.status_code == 500
            assert refused.headers["Content-Type"] == "application/problem+json"
            assert f"position {position}" in refused.json()["detail"]
        later = bob.post("later")
        assert ada.feed().json()["items"] == []
        until(lambda: ada.feed().json()["lag"]["events"] > 0, "the feed says that it is behind")
        [waited] = told(addresses, "quarantine", "list")
        assert (waited["position"], waited["state"]) == (position, "waited for")
        log = scene.system.directory.logs / "projector-1.log"
        assert log.read_text(encoding="utf-8").count(f"stopped before position {position}") == 1
        with projectors_that_quarantine(scene):
            ada.position = bob.position
            assert [item["id"] for item in ada.whole_feed()] == [later["id"]]
            assert ada.why(post["id"])["reason"] == "unknown"
            assert told(addresses, "verify")["equal"]
            assert told(addresses, "status")["quarantined"] == 1
            shown = f"{addresses.query_api}/metrics"
            until(lambda: figures(shown)["slackwater_quarantine_events"] == 1, "it is shown")
            assert slackwater(addresses, "quarantine", "retry", "--yes").exit_code == 1
            rewrite(addresses, position, READABLE)  # this version can read it now
            done = slackwater(addresses, "quarantine", "retry", "--yes")
            assert done.exit_code == 0, done.stderr + done.stdout
            assert [item["text"] for item in ada.whole_feed()] == ["later", "too new"]
            assert told(addresses, "quarantine", "list") == []


@contextmanager
def stopped(addresses: Addresses, bob: Person) -> Generator[tuple[dict[str, Any], int]]:
    """Inside, a post of Bob's has been written that nobody can read, and all wait before it."""
    with psycopg.connect(addresses.database_url) as connection:
        # Nobody sees the post before it is as a newer version would have written it.
        connection.execute(
            "CREATE FUNCTION too_new() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "IF NEW.topic = 'post.published' THEN NEW.state := convert_to("
            "replace(convert_from(NEW.state, 'UTF8'), '\"v\":2', '\"v\":99'), 'UTF8'); END IF; "
            "RETURN NEW; END $$"
        )
        connection.execute(
            "CREATE TRIGGER too_new BEFORE INSERT ON slackwater_events "
            "FOR EACH ROW EXECUTE FUNCTION too_new()"
        )
    post = bob.post("too new")
    position = bob.position
    with psycopg.connect(addresses.database_url) as connection:
        connection.execute("DROP FUNCTION too_new CASCADE")
    for worker in ("projector-1", "relational-projector"):
        url = addresses.metrics[worker]
        until(lambda: figures(url)["slackwater_poisoned_position"] == position, "it stops")  # noqa: B023
    yield post, position
