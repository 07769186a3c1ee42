"""Publish and delete."""

from uuid import UUID

from fastapi import APIRouter, Response

from command_api import commands
from command_api.bodies import DeleteQueued, NewPost, PostAnswer
from command_api.idempotency import IdempotencyKey
from command_api.routes.write_model import (
    Accepting,
    TriedBefore,
    WriteModel,
    answer_without_body,
    queued_responses,
    say_accepted,
)
from command_api.routes.write_route import WriteRoute
from edge.caller import Caller
from edge.problems import problem_responses

router = APIRouter(prefix="/posts", tags=["posts"], route_class=WriteRoute)


def location_of(post: commands.Publish) -> str:
    """Where a post can be read."""
    return f"/feed/posts/{post.subject}"


@router.post(
    "/",
    status_code=201,
    responses=queued_responses(PostAnswer)
    | problem_responses(400, 401, 403, 404, 409, 410, 413, 503),
    response_model_exclude_none=True,
)
def publish(
    new_post: NewPost,
    caller: Caller,
    key: IdempotencyKey,
    response: Response,
    intake: Accepting,
    write_model: WriteModel,
    tried: TriedBefore,
) -> PostAnswer:
    """The caller publishes a post; the text is trimmed."""
    if tried is not None:
        accepted = intake.accept_tried(tried)
    else:
        accepted = intake.accept(commands.publish(person=caller, text=new_post.text, key=key))
    post = accepted.command
    queued = say_accepted(response, write_model, accepted, location_of(post))
    return PostAnswer(
        id=post.subject, author_id=post.person, text=post.text, created_at=post.at, command=queued
    )


@router.delete(
    "/{post_id}",
    status_code=204,
    response_model=None,
    responses=queued_responses(DeleteQueued) | problem_responses(400, 401, 403, 404, 409, 410, 503),
)
def delete(
    post_id: UUID,
    caller: Caller,
    key: IdempotencyKey,
    response: Response,
    intake: Accepting,
    write_model: WriteModel,
) -> Response | None:
    """The caller deletes a post of their own; again changes nothing."""
    accepted = intake.accept(commands.delete(person=caller, post=post_id, key=key))
    queued = say_accepted(response, write_model, accepted)
    return answer_without_body(response, queued)
