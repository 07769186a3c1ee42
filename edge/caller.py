"""Who calls: the person whom the bearer token names, and nobody else (RFC 6750)."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from edge.problems import Problem
from edge.tokens import Access, AccessTokens, InvalidToken

_bearer = HTTPBearer(
    auto_error=False, description="The access_token that POST /users/ answered with."
)


async def _access(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Access:
    if credentials is None:
        raise _unauthorized("send the access token as 'Authorization: Bearer <token>'")
    tokens: AccessTokens = request.app.state.tokens
    try:
        return tokens.access_of(credentials.credentials)
    except InvalidToken as error:
        raise _unauthorized(f"this access token is not valid: {error}") from error


def _unauthorized(detail: str) -> Problem:
    return Problem(401, detail, headers={"WWW-Authenticate": 'Bearer realm="slackwater"'})


CallerAccess = Annotated[Access, Depends(_access)]
"""A route parameter of this type says besides until when the caller's token is valid."""


async def _caller(access: CallerAccess) -> UUID:
    return access.person_id


Caller = Annotated[UUID, Depends(_caller)]
"""A route parameter of this type is the caller's person id; 401 without a valid token."""
