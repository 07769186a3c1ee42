"""What became of a command that was accepted into the journal."""

from uuid import UUID

from fastapi import APIRouter, Response

from command_api.bodies import CommandAnswer, Fate, Rejection
from command_api.journal.entry import Entry
from command_api.journal.state import State
from command_api.routes.write_model import (
    RETRY_AFTER_SECONDS,
    Accepting,
    WriteModel,
    say_committed,
)
from edge.caller import Caller
from edge.problems import Problem, problem_responses

router = APIRouter(prefix="/commands", tags=["commands"])


@router.get(
    "/{command_id}",
    responses=problem_responses(400, 401, 403, 404, 503),
    response_model_exclude_none=True,
)
def status(
    command_id: UUID,
    caller: Caller,
    response: Response,
    intake: Accepting,
    write_model: WriteModel,
) -> CommandAnswer:
    """A command of the caller's own: queued, done, rejected and why, or lost: it was done, and the
    event store was put back to a backup from before.
    """
    if (entry := intake.journaled(command_id)) and entry.person == caller:
        if entry.state is State.QUEUED:
            response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
        if entry.state is not State.DONE:
            return _answer(entry, entry.state.value)
        position = intake.stands_at(entry)
        if position is None:
            return _answer(entry, "lost")
        say_committed(response, write_model, position)
        return _answer(entry, "done")
    # Its journal may have forgotten it, or be another process's: the store may remember.
    if entry is None and (record := write_model.remembered(command_id)) and record.person == caller:
        say_committed(response, write_model, record.position)
        return CommandAnswer(
            id=record.id, state="done", accepted_at=record.accepted_at, subject=record.subject
        )
    raise Problem(404, f"no command {command_id} of yours is known here")


def _answer(entry: Entry, state: Fate) -> CommandAnswer:
    rejection = None
    if entry.state is State.REJECTED:
        assert entry.status is not None
        rejection = Rejection(status=entry.status, detail=entry.reason or "")
    return CommandAnswer(
        id=entry.id,
        state=state,
        accepted_at=entry.accepted_at,
        subject=entry.subject,
        rejection=rejection,
    )
