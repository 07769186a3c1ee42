"""Who may do what: every route of both halves, and whom it lets in. There is no other such place.

A route that is missing here stops the process at its start.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from uuid import UUID

from fastapi import FastAPI, Request
from fastapi.routing import APIRoute

from edge.problems import Problem
from edge.tokens import Access, AccessTokens, InvalidToken, Role

PERSON_HEADER = "Slackwater-Person"


class Right(Enum):
    """Whom a route lets in."""

    ANYBODY = auto()
    """Whatever they send."""

    PERSON = auto()
    """Who calls for themselves, and a service that says for whom."""

    PERSON_OR_OPERATOR = auto()
    """These, and an operator; whose it is, the route asks."""

    OPERATOR = auto()
    """Nobody else."""


RIGHTS: Mapping[tuple[str, str], Right] = {
    ("POST", "/users/"): Right.ANYBODY,
    ("DELETE", "/users/{user_id}"): Right.PERSON_OR_OPERATOR,
    ("POST", "/users/{user_id}/follow"): Right.PERSON,
    ("POST", "/users/{user_id}/unfollow"): Right.PERSON,
    ("POST", "/posts/"): Right.PERSON,
    ("DELETE", "/posts/{post_id}"): Right.PERSON,
    ("GET", "/commands/{command_id}"): Right.PERSON,
    ("GET", "/feed/"): Right.PERSON,
    ("GET", "/feed/stream"): Right.PERSON,
    ("GET", "/feed/why/{post_id}"): Right.PERSON,
    ("GET", "/feed/posts/{post_id}"): Right.ANYBODY,
    ("GET", "/users/{user_id}"): Right.ANYBODY,
    ("GET", "/users/{user_id}/posts"): Right.ANYBODY,
    ("GET", "/users/{user_id}/followers"): Right.ANYBODY,
    ("GET", "/users/{user_id}/following"): Right.ANYBODY,
    ("GET", "/livez"): Right.ANYBODY,
    ("GET", "/readyz"): Right.ANYBODY,
    ("GET", "/metrics"): Right.ANYBODY,
    ("GET", "/debug/health"): Right.ANYBODY,
    ("GET", "/debug/metrics-summary"): Right.ANYBODY,
    ("GET", "/debug/config"): Right.OPERATOR,
    ("GET", "/docs"): Right.ANYBODY,
}

_BEARER = "bearer "


@dataclass(frozen=True, slots=True)
class LetIn:
    """Who was let in, and for whom they act; None: an operator, for nobody."""

    access: Access
    person_id: UUID | None


def check_that_all_are_there(app: FastAPI) -> None:
    """Every route of the app has its right."""
    routes = [route for route in app.routes if isinstance(route, APIRoute)]
    every = {(method, route.path) for route in routes for method in route.methods or ()}
    assert every <= RIGHTS.keys(), f"who may call {sorted(every - RIGHTS.keys())}?"


async def check_right(request: Request) -> None:
    """The dependency of every route. Raises Problem: 401 for whom nobody knows, 403 for whom it is
    not. Whom it lets in stands in the request's state as `let_in`.
    """
    right = RIGHTS[request.method, request.scope["route"].path]
    if right is Right.ANYBODY:
        return
    access = _access_in(request)
    named = _person_named_in(request)
    match access.role, right:
        case Role.OPERATOR, Right.OPERATOR | Right.PERSON_OR_OPERATOR:
            person_id = None
        case Role.PERSON, Right.PERSON | Right.PERSON_OR_OPERATOR:
            person_id = access.person_id
            if named not in {None, person_id}:
                raise Problem(
                    403, f"only a service acts for somebody else: leave {PERSON_HEADER} out"
                )
        case Role.SERVICE, Right.PERSON | Right.PERSON_OR_OPERATOR:
            if named is None:
                raise Problem(403, f"a service says for whom it acts: send {PERSON_HEADER}")
            person_id = named
        case role, _:
            raise Problem(403, f"this is not for a token with the role {role.value}")
    request.state.let_in = LetIn(access, person_id)


def _access_in(request: Request) -> Access:
    authorization = request.headers.get("authorization", "")
    if authorization[: len(_BEARER)].lower() != _BEARER:
        raise _unauthorized("send the access token as 'Authorization: Bearer <token>'")
    tokens: AccessTokens = request.app.state.tokens
    try:
        return tokens.access_of(authorization[len(_BEARER) :].strip())
    except InvalidToken as error:
        raise _unauthorized(f"this access token is not valid: {error}") from error


def _person_named_in(request: Request) -> UUID | None:
    named = request.headers.get(PERSON_HEADER)
    try:
        return None if named is None else UUID(named)
    except ValueError:
        raise Problem(400, f"{PERSON_HEADER} is a person's id") from None


def _unauthorized(detail: str) -> Problem:
    return Problem(401, detail, headers={"WWW-Authenticate": 'Bearer realm="slackwater"'})
