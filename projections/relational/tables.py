"""The tables of one generation: made, changed batch by batch, made fit for reading, dropped."""

from collections.abc import Sequence
from typing import Any

from psycopg import Cursor
from psycopg.rows import DictRow

from projections.relational.fold import Changes
from projections.relational.queries import query


class Tables:
    """Everything here is part of the caller's transaction."""

    def __init__(self, cursor: Cursor[DictRow], generation: int) -> None:
        self._cursor = cursor
        self._generation = generation

    def create(self) -> None:
        """Makes the tables, empty and with primary keys only."""
        self._run("own_together")
        self._run("create_tables")
        self._run("create_views")
        self._run("own_alone")

    def create_indexes(self) -> None:
        """Makes the indexes and views that reading needs, where they are missing."""
        self._run("create_indexes")
        self._cursor.execute(query("views_stand", self._generation), prepare=False)
        found = self._cursor.fetchone()
        assert found is not None
        if not found["stand"]:
            self._run("create_views")

    def drop(self) -> None:
        """Removes the tables and all that is in them."""
        self._run("drop_tables")

    def write(self, changes: Changes) -> None:
        """Applies the changes. The tables have to stand exactly where these begin."""
        self._settle(changes)
        # Before the new rows come: what ends here is a row that stood there already.
        self._end_follows(changes)
        self._delete_posts(changes)
        self._copy(
            "people", ("int8", "uuid", "text", "text", "timestamptz", "bool"), changes.people
        )
        self._copy(
            "posts",
            ("int8", "uuid", "int8", "text", "timestamptz", "int8", "bool"),
            [
                (
                    post.number,
                    post.id,
                    post.author,
                    post.text,
                    post.created_at,
                    post.deleted_position,
                    post.is_sealed,
                )
                for post in changes.posts.values()
            ],
        )
        self._copy(
            "follows",
            ("int8", "int8", "int8", "int8"),
            [
                (row.follower, row.followee, row.from_position, row.to_position)
                for row in changes.follows
            ],
        )

    def _settle(self, changes: Changes) -> None:
        """Events are missing before some changes: whether these are any, the tables know."""
        if not changes.doubtful:
            return
        columns = {
            "followers": [follower for follower, _ in changes.doubtful],
            "followees": [followee for _, followee in changes.doubtful],
        }
        self._cursor.execute(query("select_open_follows", self._generation), columns, binary=True)
        changes.settle({(row["follower"], row["followee"]) for row in self._cursor.fetchall()})

    def _end_follows(self, changes: Changes) -> None:
        if not changes.ended_follows:
            return
        pairs = changes.ended_follows.keys()
        columns = {
            "followers": [follower for follower, _ in pairs],
            "followees": [followee for _, followee in pairs],
            "positions": list(changes.ended_follows.values()),
        }
        self._update("end_follows", columns, len(pairs))

    def _delete_posts(self, changes: Changes) -> None:
        if not changes.deleted_posts:
            return
        columns = {
            "posts": list(changes.deleted_posts),
            "positions": list(changes.deleted_posts.values()),
        }
        self._update("delete_posts", columns, len(changes.deleted_posts))

    def _update(self, name: str, columns: dict[str, list[int]], rows: int) -> None:
        self._cursor.execute(query(name, self._generation), columns, binary=True)
        assert self._cursor.rowcount == rows, f"{name} met {self._cursor.rowcount} of {rows} rows"

    def _copy(self, table: str, types: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        if not rows:
            return
        with self._cursor.copy(query(f"copy_{table}", self._generation)) as copy:
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)

    def _run(self, name: str) -> None:
        self._cursor.execute(query(name, self._generation), prepare=False)
