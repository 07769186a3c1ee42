"""ASGI middleware that publishes usual posts with little work, and without a thread for each.

Whatever is unusual or wrong is left to the route behind it, which begins from the start. A post
that was tried and did not get through goes there too, as the command that it is: so there is one
place that knows how all of that is answered, and nothing is published twice.
"""

import time

from prometheus_client import Counter
from starlette.types import ASGIApp, Receive, Scope, Send

from command_api import commands
from command_api.application import Slackwater
from command_api.bodies import PostAnswer
from command_api.commands import Publish
from command_api.intake import Accepted, Intake, Tried
from command_api.routes.posts import location_of
from command_api.routes.write_model import TRIED
from command_api.swift_post.request import PATH, read_body, usual_access_token
from domain.errors import RuleViolation
from edge.feed_token import HEADER, FeedToken, Sealing
from edge.metrics import RecentRequests, answered
from edge.request_log import ROUTE
from edge.tokens import AccessTokens, InvalidToken, Role

SWIFT = Counter("slackwater_swift_posts_total", "Posts that were published below the route.")

Headers = list[tuple[bytes, bytes]]


class SwiftPost:
    """Around the whole app."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        write_model: Slackwater,
        intake: Intake,
        tokens: AccessTokens,
        sealing: Sealing,
        recent: RecentRequests,
    ) -> None:
        self._app = app
        self._write_model = write_model
        self._intake = intake
        self._tokens = tokens
        self._sealing = sealing
        self._recent = recent

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        access_token = usual_access_token(scope)
        if access_token is None:
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        body = await read_body(receive)
        published = await self._publish(access_token, body.text())
        if not isinstance(published, Accepted):
            if published is not None:
                scope[TRIED] = published
            await self._app(scope, body.again(receive), send)
            return
        headers, content = self._answer(published)
        await send({"type": "http.response.start", "status": 201, "headers": headers})
        await send({"type": "http.response.body", "body": content})
        scope[ROUTE] = PATH
        answered(PATH, "POST", 201, time.perf_counter() - started, self._recent)
        SWIFT.inc()

    async def _publish(
        self, access_token: str, text: str | None
    ) -> Accepted[Publish] | Tried | None:
        """None: nothing was tried, the route has to answer it."""
        if text is None:
            return None
        try:
            access = self._tokens.access_of(access_token)
            if access.role is not Role.PERSON:
                return None
            command = commands.publish(person=access.person_id, text=text)
        except (InvalidToken, RuleViolation):
            return None
        return await self._intake.accept_unasked(command)

    def _answer(self, published: Accepted[Publish]) -> tuple[Headers, bytes]:
        """The same headers and bytes as the route would send."""
        post, position = published.command, published.position
        assert position is not None
        token = FeedToken(self._write_model.epoch, position).header()[HEADER]
        answer = PostAnswer(
            id=post.subject, author_id=post.person, text=post.text, created_at=post.at
        )
        content = answer.model_dump_json(exclude_none=True).encode()
        headers = [
            (b"feed-token", self._sealing.seal(token).encode()),
            (b"location", location_of(post).encode()),
            (b"content-length", b"%d" % len(content)),
            (b"content-type", b"application/json"),
        ]
        return headers, content
