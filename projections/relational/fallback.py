"""What Redis serves, from the tables: for when Redis has no answer.

Everything is asked for by public id and comes from one snapshot.
"""

from uuid import UUID

from projections.relational.rows import (
    Found,
    PersonRow,
    PersonRows,
    PostRow,
    PostRows,
    ProfileRow,
)
from projections.relational.snapshots import Connection, Snapshots
from projections.relational.view import View


class FallbackReader:
    """All methods raise ProjectionUnavailable and RelationalUnreachable.

    An answer is as of `up_to`, or as of the projection's own position if that is lower or nothing
    is given; it says which.
    """

    def __init__(self, snapshots: Snapshots) -> None:
        self._snapshots = snapshots

    async def feed(
        self, person_id: UUID, *, below: int, limit: int, up_to: int | None
    ) -> Found[PostRows]:
        """A page of a person's home feed: posts below this position (0: the newest)."""
        return await self._posts("select_feed", person_id, below, limit, up_to)

    async def posts_of(
        self, person_id: UUID, *, below: int, limit: int, up_to: int | None
    ) -> Found[PostRows]:
        """A page of a person's own posts, likewise."""
        return await self._posts("select_posts_of", person_id, below, limit, up_to)

    async def followers(
        self, person_id: UUID, *, below: int, limit: int, up_to: int | None
    ) -> Found[PersonRows]:
        """A page of who follows a person: numbers below this one (0: the newest members)."""
        return await self._people("select_followers", person_id, below, limit, up_to)

    async def followees(
        self, person_id: UUID, *, below: int, limit: int, up_to: int | None
    ) -> Found[PersonRows]:
        """A page of whom a person follows, likewise."""
        return await self._people("select_followees", person_id, below, limit, up_to)

    async def followed(self, person_id: UUID, *, up_to: int | None) -> Found[frozenset[int]]:
        """The numbers of all whom a person follows, also of who is erased since: the events that
        end their part in a feed are still to be told to whoever goes on from there.
        """

        async def look(connection: Connection) -> Found[frozenset[int]]:
            view = await View.of(connection, up_to)
            person = await view.one("select_person", id=person_id)
            if person is None:
                return Found(view.standing, None)
            rows = await view.all("select_followed", person=person[0])
            return Found(view.standing, frozenset(number for (number,) in rows))

        return await self._snapshots.answer(look)

    async def post(self, post_id: UUID, *, up_to: int | None) -> Found[PostRow]:
        """A visible post."""

        async def look(connection: Connection) -> Found[PostRow]:
            view = await View.of(connection, up_to)
            row = await view.one("select_visible_post", id=post_id)
            return Found(view.standing, None if row is None else PostRow(*row))

        return await self._snapshots.answer(look)

    async def profile(self, person_id: UUID, *, up_to: int | None) -> Found[ProfileRow]:
        """A person, with the number of people on either side."""

        async def look(connection: Connection) -> Found[ProfileRow]:
            view = await View.of(connection, up_to)
            row = await view.one("select_profile", id=person_id)
            return Found(view.standing, None if row is None else ProfileRow(*row))

        return await self._snapshots.answer(look)

    async def _posts(
        self, name: str, person_id: UUID, below: int, limit: int, up_to: int | None
    ) -> Found[PostRows]:
        async def look(connection: Connection) -> Found[PostRows]:
            view = await View.of(connection, up_to)
            person = await view.one("select_person", id=person_id)
            if person is None:
                return Found(view.standing, None)
            page = await view.posts(name, person[0], below=below, limit=limit)
            return Found(view.standing, page)

        return await self._snapshots.answer(look)

    async def _people(
        self, name: str, person_id: UUID, below: int, limit: int, up_to: int | None
    ) -> Found[PersonRows]:
        async def look(connection: Connection) -> Found[PersonRows]:
            view = await View.of(connection, up_to)
            person = await view.one("select_person", id=person_id)
            if person is None:
                return Found(view.standing, None)
            rows, more = await view.page(name, person[0], below=below, limit=limit)
            return Found(view.standing, PersonRows([PersonRow(*row) for row in rows], more))

        return await self._snapshots.answer(look)
