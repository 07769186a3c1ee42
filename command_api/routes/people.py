"""Register, follow, unfollow."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from command_api.bodies import FollowAnswer, RegisteredAnswer, Registration
from command_api.routes.write_model import WriteModel, say_committed
from command_api.routes.write_route import WriteRoute
from edge.caller import Caller
from edge.problems import problem_responses

router = APIRouter(prefix="/users", tags=["people"], route_class=WriteRoute)


@router.post("/", status_code=201, responses=problem_responses(400, 409, 410, 413, 503))
def register(
    registration: Registration, request: Request, response: Response, write_model: WriteModel
) -> RegisteredAnswer:
    """Registers a person; the answer carries their access token."""
    person = write_model.register(
        handle=registration.handle, display_name=registration.display_name
    )
    say_committed(response, write_model, person)
    response.headers["Location"] = f"/users/{person.id}"
    return RegisteredAnswer(
        id=person.id,
        handle=person.body.handle,
        display_name=person.body.display_name,
        created_at=person.body.at,
        access_token=request.app.state.tokens.issue(person.id),
    )


@router.post("/{user_id}/follow", responses=problem_responses(400, 401, 404, 409, 410, 503))
def follow(
    user_id: UUID, caller: Caller, response: Response, write_model: WriteModel
) -> FollowAnswer:
    """The caller follows this person; again changes nothing."""
    return _set_following(caller, user_id, True, response, write_model)


@router.post("/{user_id}/unfollow", responses=problem_responses(400, 401, 404, 409, 410, 503))
def unfollow(
    user_id: UUID, caller: Caller, response: Response, write_model: WriteModel
) -> FollowAnswer:
    """The caller no longer follows this person; again changes nothing."""
    return _set_following(caller, user_id, False, response, write_model)


def _set_following(
    caller: UUID, user_id: UUID, following: bool, response: Response, write_model: WriteModel
) -> FollowAnswer:
    state = write_model.set_following(follower_id=caller, followee_id=user_id, following=following)
    say_committed(response, write_model, state)
    return FollowAnswer(follower_id=caller, followee_id=user_id, following=state.following)
