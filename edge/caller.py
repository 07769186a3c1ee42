"""Who calls, for a route that asks: the person for whom its right lets them in (rights.py)."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from edge.rights import PERSON_HEADER, LetIn

_bearer = HTTPBearer(
    auto_error=False, description="The access_token that POST /users/ answered with."
)

Described = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
ForWhom = Annotated[
    UUID | None,
    Header(alias=PERSON_HEADER, description="for whom a service acts; nobody else sends it"),
]


async def _let_in(request: Request, _described: Described, _for_whom: ForWhom = None) -> LetIn:
    return request.state.let_in


WhoCalls = Annotated[LetIn, Depends(_let_in)]
"""A route parameter of this type is who was let in, and for whom: an operator for nobody."""


async def _caller(who: WhoCalls) -> UUID:
    assert who.person_id is not None, "a route with this parameter is for people"
    return who.person_id


Caller = Annotated[UUID, Depends(_caller)]
"""A route parameter of this type is the id of the person for whom is called."""
