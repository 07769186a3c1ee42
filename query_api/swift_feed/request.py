"""Which requests for a home feed are usual, and what they ask."""

import re
from dataclasses import dataclass

from starlette.types import Scope

from query_api.paging import LIMIT_DEFAULT, LIMIT_MAX

PATH = "/feed/"

_QUERY = re.compile(
    rb"(?:limit=(?P<limit>[1-9][0-9]{0,2}))?(?:(?:^|(?<=[0-9])&)cursor=(?P<cursor>[0-9]{1,15}))?"
)
_BEARER = "bearer "

_OWN_HEADERS = frozenset({b"authorization", b"feed-token", b"if-none-match"})
_UNUSUAL_HEADERS = frozenset(
    {b"prefer", b"content-length", b"transfer-encoding", b"slackwater-person"}
)


@dataclass(frozen=True, slots=True)
class UsualRequest:
    """A page of the caller's home feed as it is now. `cursor` as it was sent."""

    access_token: str
    feed_token: str | None
    if_none_match: str | None
    limit: int
    cursor: str | None


def usual_request(scope: Scope) -> UsualRequest | None:
    """What is asked; None if it is not just that, or not in the usual words."""
    if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "GET":
        return None
    query = _QUERY.fullmatch(scope["query_string"])
    given: dict[bytes, str] = {}
    for name, value in scope["headers"]:
        if name in _UNUSUAL_HEADERS or name in given:
            return None
        if name in _OWN_HEADERS:
            given[name] = value.decode("latin-1")
    authorization = given.get(b"authorization", "")
    if query is None or authorization[: len(_BEARER)].lower() != _BEARER:
        return None
    limit = int(query["limit"] or LIMIT_DEFAULT)
    if limit > LIMIT_MAX:
        return None
    cursor = query["cursor"]
    return UsualRequest(
        access_token=authorization[len(_BEARER) :],
        feed_token=given.get(b"feed-token"),
        if_none_match=given.get(b"if-none-match"),
        limit=limit,
        cursor=None if cursor is None else cursor.decode(),
    )
