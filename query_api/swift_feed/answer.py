"""A usual page as an answer: the same status, headers and bytes as the route would send."""

from dataclasses import dataclass

from edge.feed_token import HEADER, Sealing
from query_api.consistency import CONSISTENCY, MET
from query_api.freshness import Freshness
from query_api.swift_feed.pages import WrittenPage
from query_api.swift_feed.request import PATH, UsualRequest
from query_api.validators import CACHE_CONTROL, etag, names

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class SwiftAnswer:
    """What is sent."""

    status: int
    headers: Headers
    body: bytes


def swift_answer(
    asked: UsualRequest, page: WrittenPage, fresh: Freshness, sealing: Sealing
) -> SwiftAnswer:
    """The page, or 304 if the client has it already."""
    headers: Headers = [
        (b"feed-token", sealing.seal(fresh.headers()[HEADER]).encode()),
        (b"feed-source", fresh.source.encode()),
        (b"etag", etag(page.tag).encode()),
        (b"cache-control", CACHE_CONTROL.encode()),
    ]
    if page.cursor is not None:
        link = f'<{PATH}?limit={asked.limit}&cursor={page.cursor}>; rel="next"'
        headers.append((b"link", link.encode()))
    if asked.feed_token is not None:
        headers.append((CONSISTENCY.lower().encode(), MET.encode()))
    if asked.if_none_match is not None and names(asked.if_none_match, page.tag):
        return SwiftAnswer(304, headers, b"")
    lag = b'{"events":%d,"seconds":%b}' % (fresh.lag.events, repr(fresh.lag.seconds).encode())
    body = b'%b,"as_of":%d,"lag":%b}' % (page.said, fresh.as_of, lag)
    headers += [
        (b"content-length", b"%d" % len(body)),
        (b"content-type", b"application/json"),
    ]
    return SwiftAnswer(200, headers, body)
