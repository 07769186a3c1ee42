"""The relational projection held against the log, inside Postgres and in SQL alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.sql import Composable, Identifier, Literal

from projections.relational.keys import RELATIONAL
from projections.relational.queries import application_name, query
from projections.verify.errors import CannotTell
from projections.verify.findings import Difference, Findings, What
from projections.verify.history import check_payloads
from projections.verify.inspection import Sample
from projections.verify.packing import left_out, statement

_BUCKETS = 10_007
"""Owners are spread over so many (a prime) to take a share of them."""

_STEP = 6_185
"""From one seed to the next, in buckets: 0.618 of all, so that samples overlap as late as can be
(Knuth, TAOCP 3, 6.4: the golden section spreads most evenly)."""


@dataclass(frozen=True, slots=True)
class _Table:
    """`key` and `entry` name a row; a sample goes by the key."""

    name: str
    item: str
    key: str
    entry: str


_TABLES = (
    _Table("people", "person", "number", "number"),
    _Table("posts", "post", "number", "number"),
    _Table("follows", "follow", "follower", "from_position"),
)

Row = tuple[int | None, int, str | None, str | None]


class TablesInspection:
    """Compares one generation of the tables as of its own checkpoint."""

    def __init__(self, database_url: str, generation: int | None = None) -> None:
        self._url = database_url
        self._generation = generation
        self._release = 0

    def inspect(self, sample: Sample, *, repair: bool) -> Findings:
        """Every table, in one snapshot; with `repair`, mended in the same transaction.

        `generation` None: the active one. Raises CannotTell.
        """
        try:
            with psycopg.connect(self._url, application_name="slackwater verify") as connection:
                if not repair:
                    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                    connection.read_only = True
                # All in one: where the tables stand, and what is in them.
                with connection.transaction():
                    return self._inspect(connection, sample, repair=repair)
        except psycopg.DataError as error:
            check_payloads(self._url, self._release)  # it says which event it is
            raise CannotTell(f"the tables cannot be compared: {error}") from error
        except psycopg.Error as error:
            raise CannotTell(f"the tables cannot be compared: {error}") from error

    def _inspect(
        self, connection: psycopg.Connection[Any], sample: Sample, *, repair: bool
    ) -> Findings:
        number, position = self._standing(connection, repair=repair)
        findings = Findings(RELATIONAL, number)
        for table in _TABLES:
            parts = self._parts(table, number, position, sample)
            rows = connection.execute(statement("compare_tables", **parts)).fetchall()
            wrong = [row for row in rows if row[0] is not None]
            [checked] = [row[1] for row in rows if row[0] is None]
            extra = sum(row[3] is None for row in wrong)
            findings.compared(table.item, checked + extra, len(wrong), position)
            findings.add([_difference(table, number, position, row) for row in wrong])
            if repair and wrong:
                keys: dict[str, Composable] = {
                    "keys": Literal([row[0] for row in wrong]),
                    "entries": Literal([row[1] for row in wrong]),
                }
                connection.execute(statement("delete_rows", **parts, **keys))
                connection.execute(statement("insert_rows", **parts, **keys))
                findings.repaired += len(wrong)
        return findings

    def _standing(self, connection: psycopg.Connection[Any], *, repair: bool) -> tuple[int, int]:
        """The generation's number, and its position, which stays if it is to be mended."""
        for number, active, _, position, release in self._generations(connection):
            if number != self._generation and not (active and self._generation is None):
                continue
            self._release = release
            if not repair:
                return number, position
            name = {"application_name": application_name(number)}
            row = connection.execute(query("lock_position"), name).fetchone()
            assert row is not None, "a generation in the registry has a checkpoint"
            return number, row[0]
        raise CannotTell("the relational projection has not been built: does its projector run?")

    def _generations(self, connection: psycopg.Connection[Any]) -> Sequence[Any]:
        try:
            with connection.transaction():
                return connection.execute(query("select_generations")).fetchall()
        except psycopg.errors.UndefinedTable:
            return []

    def _parts(
        self, table: _Table, number: int, position: int, sample: Sample
    ) -> dict[str, Composable]:
        share = _BUCKETS if sample.rate >= 1 else max(1, round(_BUCKETS * sample.rate))
        bounds: dict[str, Composable] = {
            "position": Literal(position),
            "seed": Literal(sample.seed * _STEP % _BUCKETS),
            "share": Literal(share),
            "left_out": left_out(self._release),
        }
        return bounds | {
            "expected": statement(f"expect_{table.name}", **bounds),
            "table": Identifier(f"slackwater_relational_{number}", table.name),
            "key": Identifier(table.key),
            "entry": Identifier(table.entry),
            "sampled": Identifier(table.key),
        }


def _difference(table: _Table, number: int, position: int, row: Row) -> Difference:
    key, entry, live, right = row
    assert key is not None
    what = What.EXTRA if right is None else What.MISSING if live is None else What.CHANGED
    return Difference(
        RELATIONAL, f"{RELATIONAL}/{number}", table.item, key, what, position,
        0 if entry == key else entry, live or "", right or "",
    )  # fmt: skip
