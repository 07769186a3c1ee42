"""An answer is of one history: one that was begun before the store was replaced is taken back."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edge.problems import Problem
from projections.log.in_sight import HistoryInSight

REPLACED = (
    "the event store was replaced by another one while this was read, so it was not sent; feed "
    "tokens and cursors of before mean nothing any more: begin again without them"
)


class OneHistory:
    """ASGI middleware: the last look before an answer leaves.

    What was read before and after such a change may stand together in it, and nobody could tell.
    """

    def __init__(self, app: ASGIApp, history: HistoryInSight) -> None:
        self._app = app
        self._history = history

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        changes = self._history.changes
        taken_back = False

        async def send_if_it_holds(message: Message) -> None:
            nonlocal taken_back
            if message["type"] == "http.response.start" and changes != self._history.changes:
                taken_back = True
                problem = Problem(503, REPLACED, headers={"Retry-After": "1"})
                await problem.response()(scope, receive, send)
            if not taken_back:
                await send(message)

        if scope["type"] == "http":
            await self._app(scope, receive, send_if_it_holds)
        else:
            await self._app(scope, receive, send)
