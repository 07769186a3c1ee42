"""Feeds from the tables, when somebody in them was erased."""

import asyncio
from typing import NamedTuple

import pytest

from command_api.application import Slackwater
from command_api.erasing import Erasing
from projections.relational.fallback import FallbackReader
from projections.relational.read import RelationalReader
from tests.integration.relational import Relational

PAGE = 3


class Seen(NamedTuple):
    """All pages of a feed, by number, and whom its owner followed."""

    posts: list[int]
    followed: frozenset[int]


class Scene:
    """Ada follows Bob and Cyd, who have written by turns more than a page each."""

    def __init__(self, write: Slackwater, relational: Relational, database_url: str) -> None:
        self._relational, self._database_url = relational, database_url
        self._tables = relational.projector()
        self.ada, self.bob, self.cyd = (
            write.register(handle=handle, display_name=None) for handle in ("ada", "bob", "cyd")
        )
        for whom in (self.bob, self.cyd):
            write.set_following(follower_id=self.ada.id, followee_id=whom.id, following=True)
        self.of_cyd = [
            write.publish(author_id=self.cyd.id, text=f"{n}").position for n in range(PAGE)
        ]
        for n in range(2 * PAGE):
            write.publish(author_id=self.bob.id, text=f"{n}")
        self.then = write.recorder.select_head()

    def look(self, up_to: int | None) -> Seen:
        """What a reader with empty caches sees."""
        self._relational.project(self._tables)

        async def ask() -> Seen:
            reader = RelationalReader(self._database_url)
            posts: list[int] = []
            below, more = 0, True
            try:
                while more:
                    page = await reader.feed(
                        self.ada.position, below=below, limit=PAGE, up_to=up_to
                    )
                    posts += [row.number for row in page.posts]
                    more, below = page.more, posts[-1] if posts else 0
                found = await FallbackReader(reader.snapshots).followed(self.ada.id, up_to=up_to)
                assert found.row is not None
                return Seen(posts, found.row)
            finally:
                await reader.close()

        return asyncio.run(ask())


@pytest.fixture
def scene(write_model: Slackwater, relational: Relational, database_url: str) -> Scene:
    return Scene(write_model, relational, database_url)


def test_posts_behind_those_of_somebody_erased_are_still_reached(
    scene: Scene, write_model: Slackwater
) -> None:
    newest_first = scene.of_cyd[::-1]
    write_model.erase(scene.bob.id)
    assert scene.look(None).posts == newest_first  # their posts stand yet
    Erasing(write_model).step()
    assert scene.look(None).posts == newest_first
    assert scene.look(scene.then).posts == newest_first


def test_whom_somebody_followed_then_names_also_who_is_erased_since(
    scene: Scene, write_model: Slackwater
) -> None:
    write_model.erase(scene.bob.id)
    Erasing(write_model).step()
    both = {scene.bob.position, scene.cyd.position}
    assert scene.look(scene.then).followed == both
    assert scene.look(None).followed == both - {scene.bob.position}
