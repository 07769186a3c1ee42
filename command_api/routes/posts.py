"""Publish and delete."""

from uuid import UUID

from fastapi import APIRouter, Response

from command_api.bodies import NewPost, PostAnswer
from command_api.routes.write_model import WriteModel, say_committed
from command_api.routes.write_route import WriteRoute
from edge.caller import Caller
from edge.problems import problem_responses

router = APIRouter(prefix="/posts", tags=["posts"], route_class=WriteRoute)


@router.post("/", status_code=201, responses=problem_responses(400, 401, 404, 410, 413, 503))
def publish(
    new_post: NewPost, caller: Caller, response: Response, write_model: WriteModel
) -> PostAnswer:
    """The caller publishes a post; the text is trimmed."""
    post = write_model.publish(author_id=caller, text=new_post.text)
    say_committed(response, write_model, post)
    response.headers["Location"] = f"/feed/posts/{post.id}"
    return PostAnswer(id=post.id, author_id=caller, text=post.body.text, created_at=post.body.at)


@router.delete(
    "/{post_id}", status_code=204, responses=problem_responses(400, 401, 403, 404, 409, 410, 503)
)
def delete(post_id: UUID, caller: Caller, response: Response, write_model: WriteModel) -> None:
    """The caller deletes a post of their own; again changes nothing."""
    say_committed(response, write_model, write_model.delete(caller_id=caller, post_id=post_id))
