"""Paging by cursor: a cursor is a position, so a page stays put while newer entries arrive."""

from typing import Annotated

from fastapi import Query, Request

POSITION_MAX = 10**15
LIMIT_MAX = 100
LIMIT_DEFAULT = 20

Limit = Annotated[int, Query(ge=1, le=LIMIT_MAX, description="entries on a page")]
Cursor = Annotated[
    str | None,
    Query(pattern=r"^[0-9]{1,15}$", description="`next` of the page before; none: the first page"),
]

AsOf = Annotated[
    int | None,
    Query(
        ge=0,
        le=POSITION_MAX,
        description="the feed as it was at this position; none: as it is now",
    ),
]


def bound_of(cursor: str | None) -> int:
    """Entries below this position are wanted; 0: from the newest on. A cursor of 0 is the end."""
    return 0 if cursor is None else max(1, int(cursor))


def next_cursor(numbers: list[int], more: bool) -> str | None:
    """The cursor of the page that follows these entries."""
    return str(numbers[-1]) if more else None


def link_header(
    request: Request, cursor: str | None, limit: int, as_of: int | None = None
) -> dict[str, str]:
    """The Link header (RFC 8288) that names the next page, if there is one."""
    if cursor is None:
        return {}
    past = "" if as_of is None else f"&as_of={as_of}"
    return {"Link": f'<{request.url.path}?limit={limit}&cursor={cursor}{past}>; rel="next"'}
