"""How a route reaches the write model, and how it says what was committed."""

from typing import Annotated

from fastapi import Depends, Request, Response

from command_api.application import Committed, Slackwater
from edge.feed_token import FeedToken


async def _write_model(request: Request) -> Slackwater:
    return request.app.state.write_model


WriteModel = Annotated[Slackwater, Depends(_write_model)]


def say_committed(response: Response, write_model: Slackwater, committed: Committed) -> None:
    """Puts the feed token of what was committed on the answer."""
    response.headers.update(FeedToken(write_model.epoch, committed.position).header())
