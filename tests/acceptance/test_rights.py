"""Every route x everybody who may knock: who is let in, who is sent away, and with what."""

import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import httpx
import jwt
import pytest

from edge.rights import PERSON_HEADER, RIGHTS, Right
from edge.tokens import TYPE, AccessTokens, Role
from tests.acceptance.people import Person
from tests.whole_system import Running

OPEN, UNKNOWN, FORBIDDEN = "let in", 401, 403

CALLERS: Mapping[str, Mapping[Right, str | int]] = {
    "nobody": {Right.ANYBODY: OPEN, Right.PERSON: UNKNOWN, Right.PERSON_OR_OPERATOR: UNKNOWN,
               Right.OPERATOR: UNKNOWN},
    "an expired token": {Right.ANYBODY: OPEN, Right.PERSON: UNKNOWN,
                         Right.PERSON_OR_OPERATOR: UNKNOWN, Right.OPERATOR: UNKNOWN},
    "a forged token": {Right.ANYBODY: OPEN, Right.PERSON: UNKNOWN,
                       Right.PERSON_OR_OPERATOR: UNKNOWN, Right.OPERATOR: UNKNOWN},
    "the person": {Right.ANYBODY: OPEN, Right.PERSON: OPEN, Right.PERSON_OR_OPERATOR: OPEN,
                   Right.OPERATOR: FORBIDDEN},
    "another person": {Right.ANYBODY: OPEN, Right.PERSON: OPEN,
                       Right.PERSON_OR_OPERATOR: FORBIDDEN, Right.OPERATOR: FORBIDDEN},
    "a person who names another": {Right.ANYBODY: OPEN, Right.PERSON: FORBIDDEN,
                                   Right.PERSON_OR_OPERATOR: FORBIDDEN,
                                   Right.OPERATOR: FORBIDDEN},
    "a service": {Right.ANYBODY: OPEN, Right.PERSON: FORBIDDEN,
                  Right.PERSON_OR_OPERATOR: FORBIDDEN, Right.OPERATOR: FORBIDDEN},
    "a service for the person": {Right.ANYBODY: OPEN, Right.PERSON: OPEN,
                                 Right.PERSON_OR_OPERATOR: OPEN, Right.OPERATOR: FORBIDDEN},
    "an operator": {Right.ANYBODY: OPEN, Right.PERSON: FORBIDDEN, Right.PERSON_OR_OPERATOR: OPEN,
                    Right.OPERATOR: OPEN},
}  # fmt: skip

OWN = {("DELETE", "/posts/{post_id}"): FORBIDDEN, ("GET", "/commands/{command_id}"): 404}
"""Where another person is let in, and then told that it is not theirs."""


@dataclass(frozen=True, slots=True)
class Door:
    """Everybody with their tokens."""

    http: httpx.Client
    tokens: AccessTokens
    key: bytes
    person: Person
    other: Person

    def headers(self, caller: str) -> dict[str, str]:
        """What this caller sends."""
        ada, bob = UUID(self.person.id), UUID(self.other.id)
        expired = AccessTokens.under(self.key, -60).issue(ada)
        forged = AccessTokens.under(bytes(reversed(self.key)), 60).issue(ada)
        service = self.tokens.issue_as(Role.SERVICE, "an app")
        operator = self.tokens.issue_as(Role.OPERATOR, "who runs this")
        sent: dict[str, Callable[[], dict[str, str]]] = {
            "nobody": dict[str, str],
            "an expired token": lambda: _bearer(expired),
            "a forged token": lambda: _bearer(forged),
            "the person": lambda: _bearer(self.tokens.issue(ada)),
            "another person": lambda: _bearer(self.tokens.issue(bob)),
            "a person who names another": lambda: (
                _bearer(self.tokens.issue(bob)) | {PERSON_HEADER: str(ada)}
            ),
            "a service": lambda: _bearer(service),
            "a service for the person": lambda: _bearer(service) | {PERSON_HEADER: str(ada)},
            "an operator": lambda: _bearer(operator),
        }
        return sent[caller]()


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture(scope="module")
def door(running: Running) -> Generator[Door]:
    key = running.system.directory.token_key_file.read_bytes().strip()
    with httpx.Client(base_url=running.addresses.gateway, timeout=30) as http:
        person, other = (Person.register(http, f"at_the_door_{name}") for name in "ab")
        yield Door(http, AccessTokens.under(key, 600), key, person, other)


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize(("method", "route"), RIGHTS, ids=lambda part: part)
def test_who_is_let_in(door: Door, method: str, route: str, caller: str) -> None:
    if (method, route) == ("DELETE", "/users/{user_id}"):  # nobody is erased twice
        somebody = Person.register(door.http, f"gone_{time.time_ns()}"[:30])
        door = replace(door, person=somebody)
    expected = CALLERS[caller][RIGHTS[method, route]]
    if expected == OPEN and caller == "another person":
        expected = OWN.get((method, route), OPEN)
    status = _knock(door, method, route, door.headers(caller))
    if expected == OPEN:
        assert status not in {401, 403}
    else:
        assert status == expected


def _knock(door: Door, method: str, route: str, headers: dict[str, str]) -> int:
    post = door.person.post("of the person")["id"] if "{post_id}" in route else ""
    whom = door.other.id if route.endswith("follow") else door.person.id
    path = route.format(user_id=whom, post_id=post, command_id=uuid4())
    body = {"/users/": {"handle": f"p{time.time_ns()}"[:30]}, "/posts/": {"text": "by whom?"}}
    json = body.get(route) if method == "POST" else None
    half = "/command-api" if (method, route) == ("POST", "/users/") else ""
    with door.http.stream(method, f"{half}{path}", headers=headers, json=json) as answer:
        return answer.status_code


@pytest.mark.parametrize("half", ["/command-api", "/query-api"])
def test_every_route_that_is_described_has_a_row_and_no_row_is_of_no_route(
    http: httpx.Client, half: str
) -> None:
    both = [http.get(f"/{each}/openapi.json").json() for each in ("command-api", "query-api")]
    described = {
        (method.upper(), path)
        for document in both
        for path, methods in document["paths"].items()
        for method in methods
    }
    assert described == RIGHTS.keys() - {("GET", "/docs")}
    assert http.get(f"{half}/docs").status_code == 200


def test_what_a_service_does_is_the_persons(door: Door) -> None:
    posted = door.http.post(
        "/posts/", json={"text": "by the app"}, headers=door.headers("a service for the person")
    )
    assert posted.json()["author_id"] == door.person.id
    door.person.position = int(posted.headers["Feed-Token"].split(".")[1])
    assert "by the app" in door.person.texts_as_of(door.person.position)


@pytest.mark.parametrize(
    ("caller", "told"),
    [
        ("nobody", "send the access token as"),
        ("an expired token", "not valid"),
        ("a service", f"send {PERSON_HEADER}"),
        ("a person who names another", f"leave {PERSON_HEADER} out"),
        ("an operator", "role operator"),
    ],
)
def test_who_is_sent_away_is_told_what_to_do(door: Door, caller: str, told: str) -> None:
    answer = door.http.get("/feed/", headers=door.headers(caller))
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert told in answer.json()["detail"]


def test_a_person_is_named_by_an_id(door: Door) -> None:
    headers = door.headers("a service") | {PERSON_HEADER: "ada"}
    assert door.http.get("/feed/", headers=headers).status_code == 400


def test_a_token_that_says_operator_is_worth_what_its_signature_is(door: Door) -> None:
    claims = jwt.decode(
        door.tokens.issue(UUID(door.person.id)), options={"verify_signature": False}
    )
    forged = jwt.encode(
        claims | {"role": "operator"}, b"k" * 32, "HS256",
        headers={"typ": TYPE, "kid": door.tokens.ring.signing.kid},
    )  # fmt: skip
    answer = door.http.get("/query-api/debug/config", headers=_bearer(forged))
    assert answer.status_code == 401
