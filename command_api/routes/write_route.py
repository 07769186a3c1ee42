"""What every write has in common: it is ordered after whatever token it brings."""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

from anyio import to_thread
from fastapi import Request, Response
from fastapi.routing import APIRoute

from command_api.application import Slackwater
from command_api.intake import Intake
from edge.feed_token import HEADER, FeedToken, asked_token
from edge.problems import Problem

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class WriteRoute(APIRoute):
    """A command.

    The store is one total order, and a token names a position that it had given already: so what
    is appended now comes after it. There remain tokens of another history, which are refused, and
    commands that change nothing, whose answer is as new as the token that came with them.
    """

    def get_route_handler(self) -> Handler:
        """The route's own handler, between the look at the token and the answer's."""
        handler = super().get_route_handler()

        async def write(request: Request) -> Response:
            token = asked_token(request.scope)
            if token is None:
                return await handler(request)
            write_model: Slackwater = request.app.state.write_model
            intake: Intake = request.app.state.intake
            await to_thread.run_sync(_check, write_model, intake, token)
            answer = await handler(request)
            if HEADER in answer.headers:
                told = FeedToken.parse(answer.headers[HEADER])
                if told.epoch == token.epoch:
                    newest = FeedToken(told.epoch, max(told.position, token.position))
                    answer.headers.update(newest.header())
            return answer

        return write


def _check(write_model: Slackwater, intake: Intake, token: FeedToken) -> None:
    """Raises Problem: 410 for a token of another history, 400 for one of the future."""
    if write_model.epoch and token.epoch != write_model.epoch:
        intake.look_at_epoch()  # the store may have got another one since it was last written to
    if write_model.epoch and token.epoch != write_model.epoch:
        raise Problem(
            HTTPStatus.GONE,
            f"this {HEADER} is of the history {token.epoch}, which is not written on any more: "
            "the event store was replaced. Read anew before you write",
        )
    head = intake.store_head()
    if head is not None and token.position > head:
        raise Problem(
            HTTPStatus.BAD_REQUEST,
            f"this {HEADER} names position {token.position}, and the newest is {head}: was "
            "history replaced? Read anew before you write",
        )
