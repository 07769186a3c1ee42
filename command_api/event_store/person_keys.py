"""The table of people's keys: kept when they register, destroyed when they are erased."""

from collections.abc import Sequence
from uuid import UUID

from psycopg import Connection, Cursor
from psycopg.rows import DictRow

from command_api.event_store.group_commit import Append
from command_api.event_store.positions import Positions, positions_of
from command_api.event_store.queries import query


class PersonKeys:
    """Of one schema."""

    def __init__(self, schema: str) -> None:
        self._clear = query("clear_keys", schema=schema)
        self._keep = query("keep_keys", schema=schema)
        self._erase = query("erase_people", schema=schema)
        self._select = query("select_key", schema=schema)

    def find(self, connection: Connection[DictRow], person: UUID) -> bytes | None:
        """A person's key; None: they have none, or not any more."""
        row = connection.execute(self._select, {"person": person}, prepare=True).fetchone()
        return None if row is None else bytes(row["key"])

    def take_over(
        self, cursor: Cursor[DictRow], appends: Sequence[Append], stored: Positions
    ) -> None:
        """Keeps and destroys the keys of those whom these appends made, or erased."""
        done = [append for append in appends if append.places <= stored.keys()]
        made = [append for append in done if append.key is not None]
        if made:
            columns = {
                "numbers": [positions_of(append, stored)[-1] for append in made],
                "persons": [append.events[-1].originator_id for append in made],
                "keys": [append.key for append in made],
            }
            given = {name: columns[name] for name in ("numbers", "persons")}
            cursor.execute(self._clear, given, prepare=True, binary=True)
            cursor.execute(self._keep, columns, prepare=True, binary=True)
        erased = [append for append in done if append.erases is not None]
        if erased:
            columns = {
                "numbers": [append.erases for append in erased],
                "persons": [append.events[-1].originator_id for append in erased],
            }
            cursor.execute(self._erase, columns, prepare=True, binary=True)
