"""A page from a window in Redis and from the tables below it, while the tables are behind."""

from functools import partial

import pytest

from projections.errors import ProjectionBehind
from query_api.freshness import BOTH, POSTGRES, REDIS
from query_api.joined_page import JoinedPage, join_page
from query_api.read_models import ReadModels
from tests.integration.conftest import Ask
from tests.integration.pipeline import Pipeline
from tests.integration.relational import Relational

WINDOW = 4
POSTS = 9
TEXTS = [str(number) for number in range(POSTS, 0, -1)]
LIMIT = 100


class Feed:
    """Of an author who follows nobody: nine posts, of which four are in the window."""

    def __init__(self, pipeline: Pipeline, relational: Relational, ask: Ask[JoinedPage]) -> None:
        self._pipeline = pipeline
        self._relational = relational
        self._ask = ask
        self._tables = relational.projector()
        self._author = pipeline.write_model.register(handle="ada", display_name=None)
        self.numbers: list[int] = []

    def grow_with_tables_up_to(self, posts: int) -> None:
        """Publishes all posts, of which the tables know so many."""
        for number in range(1, POSTS + 1):
            post = self._pipeline.write_model.publish(author_id=self._author.id, text=str(number))
            self.numbers.append(post.position)
            if number == posts:
                self.let_the_tables_catch_up()
        self._pipeline.carry()
        self._pipeline.project(self._pipeline.projector())

    def let_the_tables_catch_up(self) -> None:
        self._relational.project(self._tables)

    def page(self, cursor: str | None = None) -> JoinedPage:
        below = int(cursor or 0)

        async def joined(models: ReadModels) -> JoinedPage:
            await models.watch.look()
            window = await models.home_feed.feed(self._author.position, below=below, limit=LIMIT)
            read_below = partial(models.relational.feed, self._author.position)
            return await join_page(models, window, read_below, below=below, limit=LIMIT)

        return self._ask(joined)


@pytest.fixture
def feed(pipeline: Pipeline, relational: Relational, ask: Ask[JoinedPage]) -> Feed:
    pipeline.window = WINDOW
    return Feed(pipeline, relational, ask)


def texts(page: JoinedPage) -> list[str]:
    return [item.text for item in page.items]


def test_where_the_tables_have_come_as_far_one_page_shows_both(feed: Feed) -> None:
    feed.grow_with_tables_up_to(POSTS)
    page = feed.page()
    assert (texts(page), page.next, page.fresh.source) == (TEXTS, None, BOTH)


@pytest.mark.parametrize("known", [WINDOW + 1, WINDOW + 2, POSTS - 1])
def test_tables_that_are_behind_the_window_make_a_page_shorter_and_the_next_one_goes_on(
    feed: Feed, known: int
) -> None:
    feed.grow_with_tables_up_to(known)
    page = feed.page()
    assert texts(page) == TEXTS[:WINDOW]
    assert (page.fresh.source, page.fresh.as_of) == (REDIS, feed.numbers[-1])
    rest = feed.page(page.next)
    assert texts(page) + texts(rest) == TEXTS
    # It shows an earlier moment than the page before, and says so.
    assert (rest.fresh.source, rest.fresh.as_of) == (POSTGRES, feed.numbers[known - 1])
    assert rest.next is None


@pytest.mark.parametrize("known", [1, WINDOW])
def test_tables_that_would_leave_a_gap_are_not_asked_before_they_have_caught_up(
    feed: Feed, known: int
) -> None:
    feed.grow_with_tables_up_to(known)
    page = feed.page()
    assert texts(page) == TEXTS[:WINDOW]
    with pytest.raises(ProjectionBehind, match="try again shortly"):
        feed.page(page.next)
    feed.let_the_tables_catch_up()
    assert texts(page) + texts(feed.page(page.next)) == TEXTS
