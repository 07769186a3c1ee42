"""One page from two stores: its head from a window in Redis, the rest from below it in Postgres.

Numbers above the window's horizon are Redis' alone, the others Postgres' alone, so there is no
gap between them and nothing comes twice, wherever a cursor stands.
"""

import logging
from dataclasses import dataclass
from typing import Protocol

from projections.errors import ProjectionBehind, ProjectionUnavailable, RelationalUnreachable
from projections.home_feed.read import WindowPage
from projections.relational.rows import PostRows
from query_api.bodies import FeedItem
from query_api.freshness import BOTH, POSTGRES, Freshness, freshness, relational_freshness
from query_api.items import feed_items_of_rows, hydrate_posts
from query_api.paging import next_cursor
from query_api.read_models import ReadModels

logger = logging.getLogger(__name__)


class Below(Protocol):
    """Reads from Postgres what the window is a part of: a feed, or an author's posts."""

    async def __call__(self, *, below: int, limit: int, up_to: int) -> PostRows:
        """Posts below this position, as of `up_to` or, if that is lower, what Postgres has."""
        ...


@dataclass(frozen=True, slots=True)
class JoinedPage:
    """Items, newest first. `next`: None only at the very end."""

    items: list[FeedItem]
    next: str | None
    fresh: Freshness


async def join_page(
    models: ReadModels, page: WindowPage, read_below: Below, *, below: int, limit: int
) -> JoinedPage:
    """The window's page, filled up from below its horizon where it is not full.

    If Postgres cannot fill it up now, a page that has something is shorter, and its cursor leads
    on; for an empty one ProjectionUnavailable or RelationalUnreachable is raised.
    """
    hydrated = await hydrate_posts(models, page.posts, page.position)
    top = min(page.horizon, below - 1) if below else page.horizon
    wanted = limit - len(page.posts)
    if not wanted or not top:
        # Full, or nothing is below: at the end of a window, what is below it comes next.
        cursor = next_cursor(page.posts, page.more or top > 0)
        return JoinedPage(hydrated.items, cursor, await freshness(models.watch, hydrated.as_of))
    try:
        rest = await read_below(below=top + 1, limit=wanted, up_to=page.position)
        # One page shows one moment; what is only below the window may be of an earlier one.
        _check_that_it_joins(models, rest, page.position if page.posts else top)
    except (ProjectionUnavailable, RelationalUnreachable) as error:
        if not page.posts:
            raise
        logger.info("a page ends at its window: %s", error)
        cursor = next_cursor(page.posts, more=True)
        return JoinedPage(hydrated.items, cursor, await freshness(models.watch, hydrated.as_of))
    return JoinedPage(
        hydrated.items + feed_items_of_rows(rest.posts),
        next_cursor([row.number for row in rest.posts], rest.more),
        await _freshness_of_both(models, hydrated.as_of, rest, BOTH if page.posts else POSTGRES),
    )


async def _freshness_of_both(
    models: ReadModels, as_of: int, rest: PostRows, source: str
) -> Freshness:
    if rest.standing.position <= as_of:
        return relational_freshness(models.watch, rest.standing, source)
    return await freshness(models.watch, as_of, source)


def _check_that_it_joins(models: ReadModels, rest: PostRows, needed: int) -> None:
    """Raises ProjectionBehind where there would be a gap, or two histories on one page."""
    if rest.standing.position < needed:
        raise ProjectionBehind(
            f"posts as of position {needed} are wanted from the relational projection, which is at "
            f"{rest.standing.position}; it gets there by itself: try again shortly"
        )
    if rest.standing.epoch != models.watch.epoch:
        raise ProjectionBehind(
            "Redis and Postgres hold two different histories; nothing is read across them"
        )
