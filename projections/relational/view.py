"""The active generation as one snapshot shows it: what every answer from the tables begins with."""

from typing import Any
from uuid import UUID

from psycopg.rows import TupleRow

from projections.errors import ProjectionUnavailable
from projections.log.watch import happened_at
from projections.relational.queries import query
from projections.relational.rows import PostRow, PostRows, Standing
from projections.relational.snapshots import NOT_BUILT, Connection


class View:
    """The active generation as one snapshot shows it."""

    def __init__(self, connection: Connection, generation: int, standing: Standing) -> None:
        self._connection = connection
        self._generation = generation
        self.standing = standing

    @classmethod
    async def of(cls, connection: Connection, up_to: int | None) -> "View":
        """As of `up_to`, or of where it stands. Raises ProjectionUnavailable."""
        cursor = await connection.execute(query("select_standing"), {"up_to": up_to}, prepare=True)
        row = await cursor.fetchone()
        if row is None:
            raise ProjectionUnavailable(NOT_BUILT)
        generation, position, epoch, release, head, missing = row
        since = None if missing is None else happened_at(missing)
        return cls(connection, generation, Standing(epoch, position, release, head, since))

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

    async def posts(self, name: str, person: int, *, below: int, limit: int) -> PostRows:
        """A page of posts below this position (0: the newest)."""
        rows, more = await self.page(name, person, below=below, limit=limit)
        return PostRows(self.standing, [PostRow(*row) for row in rows], more)

    async def page(
        self, name: str, person: int, *, below: int, limit: int
    ) -> tuple[list[TupleRow], bool]:
        """Rows of a query by page, and whether others follow."""
        as_of = self.standing.position
        top = min(below - 1, as_of) if below else as_of
        # One more than asked for tells whether there is another page.
        rows = await self.all(name, person=person, top=top, wanted=limit + 1)
        return rows[:limit], len(rows) > limit
