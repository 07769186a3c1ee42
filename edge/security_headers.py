"""ASGI middleware: what tells browsers to take an answer for nothing but what it is."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
)
UNLESS_IT_SAYS_SO = (b"cache-control", b"private, no-cache")
"""What somebody was answered is kept for nobody else, and asked about again (ETag)."""

NO_PAGE = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
"""For whatever is no page: nothing in it is ever carried out."""


class SecurityHeaders:
    """Around everything, also what is answered below the routes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_missing_in(message["headers"])]
            await send(message)

        await self._app(scope, receive, told)


def _missing_in(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    missing = [*ALWAYS, UNLESS_IT_SAYS_SO, NO_PAGE]
    for name, value in headers:
        lower = name.lower()
        if lower == b"cache-control":
            missing.remove(UNLESS_IT_SAYS_SO)
        elif lower == b"content-type" and value.startswith(b"text/html"):
            missing.remove(NO_PAGE)
    return missing
