"""Which requests to publish a post are usual, and what they say."""

from dataclasses import dataclass

from pydantic import ValidationError
from starlette.types import Message, Receive, Scope

from command_api.bodies import NewPost
from edge.body_limit import BODY_BYTES_MAX

PATH = "/posts/"

_BEARER = "bearer "
_OWN_HEADERS = frozenset({b"authorization", b"content-type", b"content-length"})
_UNUSUAL_HEADERS = frozenset(
    {b"idempotency-key", b"feed-token", b"prefer", b"transfer-encoding", b"slackwater-person"}
)


def usual_access_token(scope: Scope) -> str | None:
    """Whose post it says that it is; None if the request is unusual in whatever way."""
    if (
        scope["type"] != "http"
        or scope["path"] != PATH
        or scope["method"] != "POST"
        or scope["query_string"]
    ):
        return None
    given: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name in _UNUSUAL_HEADERS or name in given:
            return None
        if name in _OWN_HEADERS:
            given[name] = value
    length = given.get(b"content-length", b"")
    if not length.isdigit() or int(length) > BODY_BYTES_MAX:
        return None
    authorization = given.get(b"authorization", b"").decode("latin-1")
    if given.get(b"content-type") != b"application/json":
        return None
    if authorization[: len(_BEARER)].lower() != _BEARER:
        return None
    return authorization[len(_BEARER) :]


@dataclass(frozen=True, slots=True)
class ReadBody:
    """A request's body, and the messages that it came in. `content` is None if it did not come
    whole, or is larger than it may be.
    """

    messages: list[Message]
    content: bytes | None

    def text(self) -> str | None:
        """What is to be published; None if it is not told in the usual way."""
        if self.content is None:
            return None
        try:
            return NewPost.model_validate_json(self.content).text
        except ValidationError:
            return None

    def again(self, receive: Receive) -> Receive:
        """As if nobody had received anything yet."""
        left = iter(self.messages)

        async def replayed() -> Message:
            message = next(left, None)
            return await receive() if message is None else message

        return replayed


async def read_body(receive: Receive) -> ReadBody:
    """Waits for the whole body, as the route would."""
    messages: list[Message] = []
    content = b""
    while True:
        message = await receive()
        messages.append(message)
        if message["type"] != "http.request":
            return ReadBody(messages, None)
        content += message.get("body", b"")
        if len(content) > BODY_BYTES_MAX:
            return ReadBody(messages, None)
        if not message.get("more_body", False):
            return ReadBody(messages, content)
