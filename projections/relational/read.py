"""Reading the tables: feeds and authors' posts as of any position, and why a post is in a feed.

Every answer comes from one read-only snapshot, which shows the active generation, how far it is,
and its rows together.
"""

from typing import Any
from uuid import UUID

from psycopg.rows import TupleRow

from domain.events import Published, Registered
from projections.errors import ProjectionUnavailable
from projections.log.watch import happened_at
from projections.relational.queries import query
from projections.relational.rows import Facts, PostFacts, PostRow, PostRows, Standing
from projections.relational.snapshots import NOT_BUILT, Connection, Snapshots


class RelationalReader:
    """All methods raise ProjectionUnavailable and RelationalUnreachable.

    `up_to` bounds what an answer holds for; it is as of that position, or as of the
    projection's own if that is lower or nothing is given. The answer says which.
    """

    def __init__(self, database_url: str) -> None:
        self._snapshots = Snapshots(database_url)

    async def position(self) -> Standing:
        """How far the projection is."""
        return await self._snapshots.answer(_position)

    async def person(
        self, person_id: UUID, up_to: int | None = None
    ) -> tuple[int | None, Standing]:
        """A person's number, if they were registered by then."""

        async def look(connection: Connection) -> tuple[int | None, Standing]:
            view = await _View.of(connection, up_to)
            row = await view.one("select_person", id=person_id)
            return (None if row is None else row[0]), view.standing

        return await self._snapshots.answer(look)

    async def feed(
        self, person: int, *, below: int, limit: int, up_to: int | None = None
    ) -> PostRows:
        """A page of a person's home feed: posts below this position (0: the newest)."""
        return await self._page("select_feed", person, below, limit, up_to)

    async def posts_of(
        self, author: int, *, below: int, limit: int, up_to: int | None = None
    ) -> PostRows:
        """A page of an author's own posts, likewise."""
        return await self._page("select_posts_of", author, below, limit, up_to)

    async def facts(self, person_id: UUID, post_id: UUID, up_to: int | None = None) -> Facts:
        """What decides whether this post is in this person's feed."""

        async def look(connection: Connection) -> Facts:
            view = await _View.of(connection, up_to)
            person = await view.beginning(person_id, Registered.TOPIC)
            found = await view.one("select_post", id=post_id)
            if found is None:
                beginning = await view.beginning(post_id, Published.TOPIC)
                return Facts(view.standing, person, beginning, None, None, None)
            post = PostFacts(*found)
            follow = await view.one("select_last_follow", follower=person, followee=post.author)
            since, until = (None, None) if follow is None else follow
            return Facts(view.standing, person, post.number, post, since, until)

        return await self._snapshots.answer(look)

    async def close(self) -> None:
        """Closes the connections."""
        await self._snapshots.close()

    async def _page(
        self, name: str, person: int, below: int, limit: int, up_to: int | None
    ) -> PostRows:
        async def look(connection: Connection) -> PostRows:
            view = await _View.of(connection, up_to)
            as_of = view.standing.position
            top = min(below - 1, as_of) if below else as_of
            # One more than asked for tells whether there is another page.
            rows = await view.all(name, person=person, top=top, wanted=limit + 1)
            posts = [PostRow(*row) for row in rows[:limit]]
            return PostRows(view.standing, posts, len(rows) > limit)

        return await self._snapshots.answer(look)


async def _position(connection: Connection) -> Standing:
    return (await _View.of(connection, None)).standing


class _View:
    """The active generation as one snapshot shows it."""

    def __init__(self, connection: Connection, generation: int, standing: Standing) -> None:
        self._connection = connection
        self._generation = generation
        self.standing = standing

    @classmethod
    async def of(cls, connection: Connection, up_to: int | None) -> "_View":
        cursor = await connection.execute(query("select_standing"), {"up_to": up_to}, prepare=True)
        row = await cursor.fetchone()
        if row is None:
            raise ProjectionUnavailable(NOT_BUILT)
        generation, position, epoch, head, missing = row
        since = None if missing is None else happened_at(missing)
        return cls(connection, generation, Standing(epoch, position, head, since))

    async def all(self, name: str, **values: Any) -> list[TupleRow]:
        """The rows of a query, which finds `as_of` among its values."""
        values["as_of"] = self.standing.position
        cursor = await self._connection.execute(query(name, self._generation), values, prepare=True)
        return await cursor.fetchall()

    async def one(self, name: str, **values: Any) -> TupleRow | None:
        """Its only row, if there is one."""
        rows = await self.all(name, **values)
        assert len(rows) <= 1
        return rows[0] if rows else None

    async def beginning(self, public_id: UUID, topic: str) -> int | None:
        """Where the log has the first event of this aggregate, applied or not."""
        row = await self.one("select_beginning", id=public_id, topic=topic)
        return None if row is None else row[0]
