"""Public ids and bodies, from the event store by SQL."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import psycopg
from psycopg.sql import Literal

from projections.shards import Generation
from projections.verify.errors import CannotTell
from projections.verify.packing import left_out, read_packed, snapshot, statement
from projections.verify.truth import Numbers, Truth

ID_BYTES = 16
KEY_LOST = "lost"

_ROW = np.dtype([("number", ">i8"), ("id", "V16")])


class Identities:
    """Kept as new as `truth` is."""

    def __init__(self, database_url: str, truth: Truth) -> None:
        self._url = database_url
        self._truth = truth
        self._position = -1
        self._numbers: Numbers = np.empty(0, np.int64)
        self._ids = np.empty(0, "V16")
        self._connection: psycopg.Connection[Any] | None = None

    def ids_of(self, numbers: Sequence[int]) -> list[bytes]:
        """The public ids behind numbers that history has, 16 bytes each."""
        self._advance()
        return self._ids[np.searchsorted(self._numbers, np.array(numbers, np.int64))].tolist()

    def numbers_of(self, public_ids: Sequence[bytes]) -> list[int | None]:
        """The numbers behind public ids; None where history does not have the id."""
        self._advance()
        if not len(self._ids):
            return [None] * len(public_ids)
        wanted = np.array(public_ids, "S16")
        at = np.minimum(np.searchsorted(self._sorted_ids, wanted), len(self._ids) - 1)
        known = self._sorted_ids[at] == wanted
        numbers = self._numbers[self._by_id[at]]
        return [
            number if is_known and len(public_id) == ID_BYTES else None
            for number, is_known, public_id in zip(
                numbers.tolist(), known.tolist(), public_ids, strict=True
            )
        ]

    def shard_indices(self, numbers: Numbers, generation: Generation) -> Numbers:
        """Into which shard the public id of each of these numbers falls."""
        self._advance()
        ids = self._ids[np.searchsorted(self._numbers, numbers)]
        low = np.frombuffer(ids.tobytes(), ">u4")[3::4]  # the last four bytes of each
        return low.astype(np.int64) % generation.shards

    def facts(self, numbers: Sequence[int]) -> dict[int, tuple[Any, ...]]:
        """What people and posts are, by number (facts.py). Raises CannotTell."""
        select = statement("select_facts", left_out=left_out(self._truth.release))
        try:
            if self._connection is None:
                self._connection = psycopg.connect(
                    self._url, autocommit=True, application_name="slackwater verify"
                )
            wanted = {"numbers": list(numbers)}
            rows = self._connection.execute(select, wanted, prepare=True).fetchall()
        except psycopg.Error as error:
            self.close()
            raise CannotTell(f"history cannot be read from the event store: {error}") from error
        lost = [row[0] for row in rows if row[-1] == KEY_LOST]
        if lost:
            raise CannotTell(
                f"{len(lost)} people have no key in slackwater_keys, and nothing says that they "
                f"were erased (the first: person number {lost[0]}): put that table back from a "
                "backup before anything is rebuilt, which would lose their names in Redis as well"
            )
        return {row[0]: row for row in rows}

    def close(self) -> None:
        """Closes the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _advance(self) -> None:
        if self._position == self._truth.position:
            return
        after = int(self._numbers[-1]) if len(self._numbers) else 0
        with snapshot(self._url) as connection:
            rows = read_packed(connection, statement("pack_ids", after=Literal(after)), _ROW)
        self._numbers = np.concatenate((self._numbers, rows["number"].astype(np.int64)))
        self._ids = np.concatenate((self._ids, rows["id"]))
        self._by_id = np.argsort(self._ids.view("S16"), kind="stable")
        self._sorted_ids = self._ids.view("S16")[self._by_id]
        self._position = self._truth.position
