"""Postgres is stopped under a running system: writes wait in the journal and are done once."""

import json
import signal
import time
from collections.abc import Callable
from typing import Any

import httpx

from tests.acceptance.conftest import waiting_in_journal
from tests.acceptance.people import Person
from tests.acceptance.test_faults import run_again
from tests.command_line import slackwater
from tests.waiting import until
from tests.whole_system import Running

MILLISECONDS_MAX = 500


def ask(who: Person, method: str, path: str, **given: Any) -> httpx.Response:
    answer = who.http.request(method, path, headers=who.headers, **given)
    assert answer.status_code == 202, answer.text
    return answer


def state(who: Person, answer: httpx.Response) -> str:
    return who.http.get(answer.headers["Location"], headers=who.headers).json()["state"]


def journal(running: Running, *arguments: str) -> Any:
    """What `slackwater journal` says of the running system's journal."""
    path = str(running.system.directory.journal_file)
    done = slackwater(running.addresses, "journal", *arguments, "--json", journal=path)
    assert not done.stderr, done.stderr
    return json.loads(done.stdout)


def test_a_whole_story_written_while_postgres_is_away_is_told_once_and_in_order(
    running: Running, people: list[Person], stopped: Callable[[list[str]], None]
) -> None:
    ada, bob, _ = people
    kept, gone = bob.post("kept"), bob.post("to be deleted")
    stopped(["postgres"])
    handle = f"{ada.handle}_new"
    new = ada.http.post("/users/", json={"handle": handle})
    assert new.status_code == 202
    cyd = Person(ada.http, new.json()["id"], handle, new.json()["access_token"], 0)
    answers = [
        (ada, ask(ada, "POST", f"/users/{bob.id}/follow")),
        (ada, ask(ada, "POST", f"/users/{cyd.id}/follow")),
        (cyd, ask(cyd, "POST", "/posts/", json={"text": "I am new"})),
        (bob, ask(bob, "DELETE", f"/posts/{gone['id']}")),
        (ada, ask(ada, "POST", "/posts/", json={"text": "last"})),
    ]
    began = time.monotonic()
    ask(ada, "POST", f"/users/{people[2].id}/follow")
    assert 1000 * (time.monotonic() - began) < MILLISECONDS_MAX
    assert {state(who, answer) for who, answer in answers} == {"queued"}
    listed = journal(running, "list", "--state", "queued")
    assert [entry["kind"] for entry in listed] == [
        "register",
        "set-following",
        "set-following",
        "publish",
        "delete",
        "publish",
        "set-following",
    ]
    assert "I am new" not in json.dumps(listed)

    run_again(running, ["postgres"])
    for who, answer in answers:
        who.position = max(who.position, _position(who.carried_out(answer)))
    assert ada.texts_as_of(ada.position) == ["last", "I am new", kept["text"]]
    assert "I am new" not in (running.system.directory.logs / "command-api.log").read_text()


def test_killed_with_a_full_journal_it_does_everything_once_after_it_is_started_again(
    running: Running, people: list[Person], stopped: Callable[[list[str]], None]
) -> None:
    ada = people[0]
    ada.post("before")
    supervisor = running.system.supervisor
    stopped(["postgres"])
    texts = [str(n) for n in range(60)]
    answers = [ask(ada, "POST", "/posts/", json={"text": text}) for text in texts[:30]]
    supervisor.send("command-api", signal.SIGKILL)
    until(lambda: _ready(ada.http), "the command API is back, without Postgres")
    answers += [ask(ada, "POST", "/posts/", json={"text": text}) for text in texts[30:]]
    run_again(running, ["postgres"])
    until(lambda: waiting_in_journal(ada.http) < 50, "the journal is being emptied")
    supervisor.send("command-api", signal.SIGKILL)
    until(lambda: _ready(ada.http), "the command API is back")
    for answer in answers:
        ada.position = max(ada.position, _position(ada.carried_out(answer)))
    assert [item["text"] for item in ada.whole_feed()] == ["before", *texts][::-1]


def test_a_rejected_command_can_be_tried_again(
    running: Running, people: list[Person], stopped: Callable[[list[str]], None]
) -> None:
    ada, bob, _ = people
    post = bob.post("his")
    stopped(["postgres"])
    answer = ask(ada, "DELETE", f"/posts/{post['id']}")
    run_again(running, ["postgres"])
    until(lambda: state(ada, answer) == "rejected", "it is refused")
    told = ada.http.get(answer.headers["Location"], headers=ada.headers).json()
    assert told["rejection"]["status"] == 403
    command = told["id"]
    [entry] = [
        one for one in journal(running, "list", "--state", "rejected") if one["id"] == command
    ]
    assert (entry["status"], entry["reason"]) == (403, told["rejection"]["detail"])
    assert journal(running, "retry", command) == {"queued": 1}
    assert journal(running, "retry", command) in ({"queued": 0}, {"queued": 1})
    until(lambda: state(ada, answer) == "rejected", "it is refused again")
    assert bob.http.get(f"/feed/posts/{post['id']}", headers=bob.headers).status_code == 200


def test_the_journal_shows_in_the_figures(
    running: Running, people: list[Person], stopped: Callable[[list[str]], None]
) -> None:
    ada = people[0]
    stopped(["postgres"])
    began = time.time()
    ask(ada, "POST", "/posts/", json={"text": "counted"})
    summary = ada.http.get("/command-api/debug/metrics-summary").json()["journal"]
    assert summary["queued"] == 1
    assert summary["oldest_accepted_at"]
    figures = ada.http.get("/command-api/metrics").text
    assert "slackwater_journal_entries 1.0" in figures
    until(lambda: _oldest(ada.http) >= began - 1, "the age of the oldest is shown")
    run_again(running, ["postgres"])
    until(lambda: _oldest(ada.http) == 0, "none waits")
    assert waiting_in_journal(ada.http) == 0


def _position(answer: httpx.Response) -> int:
    return int(answer.headers["Feed-Token"].split(".")[1])


def _ready(http: httpx.Client) -> bool:
    return http.get("/command-api/readyz").is_success


def _oldest(http: httpx.Client) -> float:
    name = "slackwater_journal_oldest_timestamp_seconds "
    lines = http.get("/command-api/metrics").text.splitlines()
    return next(float(line.removeprefix(name)) for line in lines if line.startswith(name))
