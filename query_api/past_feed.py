"""A feed as it was at a position of the past."""

from uuid import UUID

from edge.problems import Problem
from projections.errors import ProjectionBehind
from projections.relational.rows import PostRows, Standing
from query_api.read_models import ReadModels


async def past_feed(
    models: ReadModels, caller: UUID, *, as_of: int, below: int, limit: int
) -> PostRows:
    """A page of it. Who was not registered then had an empty feed.

    Raises ProjectionBehind, ProjectionUnavailable, RelationalUnreachable, and Problem if history
    has no such position yet.
    """
    person, standing = await models.relational.person(caller, as_of)
    if person is None:
        page = PostRows(standing, [], more=False)
    else:
        page = await models.relational.feed(person, below=below, limit=limit, up_to=as_of)
    _check_that_it_is_there(models, page.standing, as_of)
    return page


def _check_that_it_is_there(models: ReadModels, standing: Standing, as_of: int) -> None:
    if standing.position == as_of:
        return
    newest = max(standing.head, models.watch.head.position)
    if as_of > newest:
        raise Problem(400, f"there is no position {as_of} yet: the newest is {newest}")
    raise ProjectionBehind(
        f"the relational projection is at position {standing.position}, not yet at {as_of}; it "
        "gets there by itself: try again shortly"
    )
