"""Register, follow, unfollow."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from command_api import commands
from command_api.bodies import DeleteQueued, FollowAnswer, RegisteredAnswer, Registration
from command_api.idempotency import IdempotencyKey
from command_api.routes.write_model import (
    Accepting,
    WriteModel,
    answer_without_body,
    queued_responses,
    say_accepted,
)
from command_api.routes.write_route import WriteRoute
from edge.caller import Caller, WhoCalls
from edge.problems import Problem, problem_responses

router = APIRouter(prefix="/users", tags=["people"], route_class=WriteRoute)


@router.post(
    "/",
    status_code=201,
    responses=queued_responses(RegisteredAnswer) | problem_responses(400, 409, 410, 413, 503),
    response_model_exclude_none=True,
)
def register(
    registration: Registration,
    key: IdempotencyKey,
    request: Request,
    response: Response,
    intake: Accepting,
    write_model: WriteModel,
) -> RegisteredAnswer:
    """Registers a person; the answer carries their access token."""
    accepted = intake.accept(
        commands.register(
            handle=registration.handle, display_name=registration.display_name, key=key
        )
    )
    person = accepted.command
    queued = say_accepted(response, write_model, accepted, f"/users/{person.subject}")
    return RegisteredAnswer(
        id=person.subject,
        handle=person.handle,
        display_name=person.display_name,
        created_at=person.at,
        access_token=request.app.state.tokens.issue(person.subject),
        command=queued,
    )


@router.post(
    "/{user_id}/follow",
    responses=queued_responses(FollowAnswer) | problem_responses(400, 401, 403, 404, 409, 410, 503),
    response_model_exclude_none=True,
)
def follow(
    user_id: UUID,
    caller: Caller,
    key: IdempotencyKey,
    response: Response,
    intake: Accepting,
    write_model: WriteModel,
) -> FollowAnswer:
    """The caller follows this person; again changes nothing."""
    command = commands.set_following(person=caller, followee=user_id, following=True, key=key)
    return _set_following(command, response, intake, write_model)


@router.post(
    "/{user_id}/unfollow",
    responses=queued_responses(FollowAnswer) | problem_responses(400, 401, 403, 404, 409, 410, 503),
    response_model_exclude_none=True,
)
def unfollow(
    user_id: UUID,
    caller: Caller,
    key: IdempotencyKey,
    response: Response,
    intake: Accepting,
    write_model: WriteModel,
) -> FollowAnswer:
    """The caller no longer follows this person; again changes nothing."""
    command = commands.set_following(person=caller, followee=user_id, following=False, key=key)
    return _set_following(command, response, intake, write_model)


@router.delete(
    "/{user_id}",
    status_code=204,
    response_model=None,
    responses=queued_responses(DeleteQueued) | problem_responses(400, 401, 403, 404, 409, 410, 503),
)
def erase(
    user_id: UUID,
    who: WhoCalls,
    key: IdempotencyKey,
    response: Response,
    intake: Accepting,
    write_model: WriteModel,
) -> Response | None:
    """Erases a person for good: what they wrote can be read by nobody any more, their posts and
    follows end soon after, and their handle is never given to anybody else. Again changes nothing.
    For the person, a service that acts for them, and operators.
    """
    if who.person_id not in {None, user_id}:
        raise Problem(403, "only the person themselves, or an operator, may erase them")
    accepted = intake.accept(commands.erase(person=user_id, key=key))
    queued = say_accepted(response, write_model, accepted)
    return answer_without_body(response, queued)


def _set_following(
    command: commands.SetFollowing, response: Response, intake: Accepting, write_model: WriteModel
) -> FollowAnswer:
    accepted = intake.accept(command)
    queued = say_accepted(response, write_model, accepted)
    pair = accepted.command
    return FollowAnswer(
        follower_id=pair.person,
        followee_id=pair.subject,
        following=pair.following,
        command=queued,
    )
