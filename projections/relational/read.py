"""Reading the tables: feeds and authors' posts as of any position, and why a post is in a feed.

Every answer comes from one read-only snapshot, which shows the active generation, how far it is,
and its rows together.
"""

from uuid import UUID

from domain.events import Published, Registered
from projections.relational.rows import Facts, PersonRow, PostFacts, PostRows, Standing
from projections.relational.snapshots import Connection, Snapshots
from projections.relational.view import View


class RelationalReader:
    """All methods raise ProjectionUnavailable and RelationalUnreachable.

    `up_to` bounds what an answer holds for; it is as of that position, or as of the
    projection's own if that is lower or nothing is given. The answer says which.
    """

    def __init__(self, database_url: str) -> None:
        self.snapshots = Snapshots(database_url)

    async def position(self) -> Standing:
        """How far the projection is."""
        return await self.snapshots.answer(_position)

    async def person(
        self, person_id: UUID, up_to: int | None = None
    ) -> tuple[int | None, Standing]:
        """A person's number, if they were registered by then."""

        async def look(connection: Connection) -> tuple[int | None, Standing]:
            view = await View.of(connection, up_to)
            row = await view.one("select_person", id=person_id)
            return (None if row is None else row[0]), view.standing

        return await self.snapshots.answer(look)

    async def known_as(self, number: int) -> tuple[PersonRow | None, Standing]:
        """Who goes by this number, if the tables have them and they are not erased."""

        async def look(connection: Connection) -> tuple[PersonRow | None, Standing]:
            view = await View.of(connection, None)
            row = await view.one("select_known_as", number=number)
            return (None if row is None else PersonRow(*row)), view.standing

        return await self.snapshots.answer(look)

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
            view = await View.of(connection, up_to)
            person = await view.beginning(person_id, Registered.TOPIC)
            found = await view.one("select_post", id=post_id)
            if found is None:
                beginning = await view.beginning(post_id, Published.TOPIC)
                return Facts(view.standing, person, beginning, None, None, None)
            post = PostFacts(*found)
            follow = await view.one("select_last_follow", follower=person, followee=post.author)
            since, until = (None, None) if follow is None else follow
            return Facts(view.standing, person, post.number, post, since, until)

        return await self.snapshots.answer(look)

    async def close(self) -> None:
        """Closes the connections."""
        await self.snapshots.close()

    async def _page(
        self, name: str, person: int, below: int, limit: int, up_to: int | None
    ) -> PostRows:
        async def look(connection: Connection) -> PostRows:
            view = await View.of(connection, up_to)
            return await view.posts(name, person, below=below, limit=limit)

        return await self.snapshots.answer(look)


async def _position(connection: Connection) -> Standing:
    return (await View.of(connection, None)).standing
