"""How a route hands a command in, and how it says what became of it."""

from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.responses import JSONResponse

from command_api.application import Slackwater
from command_api.bodies import DeleteQueued, QueuedCommand
from command_api.commands import AnyCommand
from command_api.intake import Accepted, Intake, Tried
from edge.feed_token import FeedToken

TRIED = "slackwater.tried"
"""Where a request's scope has what was tried of it below the route."""

RETRY_AFTER_SECONDS = 2
"""When somebody who waits for a queued command may look again."""


async def _write_model(request: Request) -> Slackwater:
    return request.app.state.write_model


async def _intake(request: Request) -> Intake:
    return request.app.state.intake


async def _tried(request: Request) -> Tried | None:
    return request.scope.get(TRIED)


WriteModel = Annotated[Slackwater, Depends(_write_model)]
Accepting = Annotated[Intake, Depends(_intake)]
TriedBefore = Annotated[Tried | None, Depends(_tried)]
"""This very request's command, if it was tried before it came to the route."""


def say_committed(response: Response, write_model: Slackwater, position: int) -> None:
    """Puts the feed token of what was committed on the answer."""
    response.headers.update(FeedToken(write_model.epoch, position).header())


def say_accepted(
    response: Response,
    write_model: Slackwater,
    accepted: Accepted[Any],
    location: str | None = None,
) -> QueuedCommand | None:
    """Says where to find what the command made; if it is queued, where to ask what became of it."""
    command: AnyCommand = accepted.command
    if accepted.position is not None:
        say_committed(response, write_model, accepted.position)
        if location is not None:
            response.headers["Location"] = location
        return None
    response.status_code = 202
    response.headers["Location"] = f"/commands/{command.id}"
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return QueuedCommand(id=command.id)


def answer_without_body(response: Response, queued: QueuedCommand | None) -> Response | None:
    """The answer to what leaves nothing to be shown: 204, or 202 while it waits."""
    if queued is None:
        return None
    body = DeleteQueued(command=queued).model_dump(mode="json")
    return JSONResponse(body, 202, headers=dict(response.headers))


def queued_responses(model: type[Any]) -> dict[int | str, dict[str, Any]]:
    """For a route's OpenAPI entry: the answer while the event store is away."""
    return {
        202: {
            "model": model,
            "description": "The event store is away: on the disk, and carried out when it is back. "
            "Location says where to ask",
        }
    }
