"""Reading the tables when things are not as they should be: bounded, in one look, never empty."""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from psycopg.sql import SQL, Identifier

from projections.errors import ProjectionUnavailable, RelationalUnreachable
from projections.relational.queries import query
from projections.relational.read import RelationalReader
from projections.relational.rows import Standing
from projections.relational.snapshots import POOL_SIZE, Connection
from tests.integration.cutting_proxy import CuttingProxy, gets_stuck
from tests.integration.relational import Relational
from tests.waiting import eventually

BOUND_SECONDS = 4.0

MANY_ROWS = """
INSERT INTO people SELECT n, gen_random_uuid(), n, n, now() FROM generate_series(1, 20000) n;
INSERT INTO follows SELECT n, 1 + (n + k * 13) % 2000, 2000 + k
FROM generate_series(1, 2000) n, generate_series(1, 20) k;
INSERT INTO posts SELECT n, gen_random_uuid(), 1 + n * 7 % 2000, 'x', now()
FROM generate_series(5000, 45000) n
"""

PAGES = (
    "select_feed",
    "select_posts_of",
    "select_followers",
    "select_followees",
    "select_profile",
    "select_visible_post",
)


def read(url: str, *looks: Callable[[RelationalReader], Awaitable[object]]) -> None:
    """Lets these look, one after the other, with one reader."""

    async def run() -> None:
        reader = RelationalReader(url)
        try:
            for look in looks:
                await look(reader)
        finally:
            await reader.close()

    asyncio.run(run())


async def is_unavailable(reader: RelationalReader) -> None:
    with pytest.raises(ProjectionUnavailable, match="not been built here yet"):
        await reader.feed(1, below=0, limit=10)


async def is_unreachable(reader: RelationalReader) -> None:
    started = time.monotonic()
    with pytest.raises(RelationalUnreachable, match="nothing is lost"):
        await reader.position()
    assert time.monotonic() - started < BOUND_SECONDS


def test_tables_that_are_not_there_or_not_active_are_unavailable_and_not_empty(
    relational: Relational,
) -> None:
    read(relational.database_url, is_unavailable)
    relational.generations.load(relational.generations.begin())
    read(relational.database_url, is_unavailable)


def test_a_server_that_refuses_is_told_in_time() -> None:
    async def is_unreachable_at_once(reader: RelationalReader) -> None:
        started = time.monotonic()
        await is_unreachable(reader)
        assert time.monotonic() - started < 0.5, "it was asked a moment ago"

    url = "postgresql://nobody@127.0.0.1:1/nothing"
    read(url, is_unreachable, is_unreachable_at_once)


def test_a_server_that_says_nothing_is_told_in_time() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        read(f"postgresql://nobody@127.0.0.1:{port}/nothing", is_unreachable)


async def standing_once_it_answers(reader: RelationalReader) -> Standing:
    async def standing() -> Standing | None:
        try:
            return await reader.position()
        except RelationalUnreachable:
            return None  # it is not asked again before its pause is over

    return await eventually(standing, "it can be reached again", 2 * BOUND_SECONDS)


def test_a_server_that_falls_silent_in_mid_answer_is_told_in_time(relational: Relational) -> None:
    relational.project(relational.projector())
    proxy = CuttingProxy(relational.database_url)

    async def falls_silent_and_comes_back(reader: RelationalReader) -> None:
        assert (await reader.position()).position == 0
        proxy.next_commits(gets_stuck)
        await is_unreachable(reader)
        assert (await standing_once_it_answers(reader)).position == 0

    started = time.monotonic()
    read(proxy.url, falls_silent_and_comes_back)
    assert time.monotonic() - started < 4 * BOUND_SECONDS, "it can be closed, too"
    proxy.close()


def test_an_answer_that_never_ends_is_given_up_in_time(relational: Relational) -> None:
    relational.project(relational.projector())

    async def gives_up(reader: RelationalReader) -> None:
        started = time.monotonic()
        with pytest.raises(RelationalUnreachable):
            await reader.snapshots.answer(lambda _: asyncio.Event().wait())
        assert time.monotonic() - started < BOUND_SECONDS

    read(relational.database_url, gives_up)


def test_a_read_that_has_to_wait_is_cut_off_and_the_next_one_is_answered(
    relational: Relational,
) -> None:
    number = relational.project(relational.projector())

    async def is_cut_off(reader: RelationalReader) -> None:
        relational.connection.execute("BEGIN")
        table = Identifier(f"slackwater_relational_{number}", "posts")
        relational.connection.execute(SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(table))
        started = time.monotonic()
        with pytest.raises(RelationalUnreachable):
            await reader.feed(1, below=0, limit=10)
        assert time.monotonic() - started < BOUND_SECONDS
        relational.connection.execute("ROLLBACK")
        assert (await reader.feed(1, below=0, limit=10)).posts == []

    read(relational.database_url, is_cut_off)


def test_one_answer_is_one_look_whatever_is_committed_meanwhile(relational: Relational) -> None:
    relational.some_history()
    projector = relational.projector()
    relational.project(projector)

    async def looks_twice(reader: RelationalReader) -> None:
        async def look(connection: Connection) -> tuple[object, object]:
            select = query("select_standing"), {"up_to": None}
            before = await (await connection.execute(*select)).fetchone()
            relational.one_more_person()
            relational.project(projector)
            relational.generations.switch(relational.generations.begin())
            return before, await (await connection.execute(*select)).fetchone()

        before, after = await reader.snapshots.answer(look)
        assert before == after
        assert (await reader.position()).position == relational.head()

    read(relational.database_url, looks_twice)


def test_an_answer_says_what_it_holds_for_and_what_is_missing(relational: Relational) -> None:
    relational.some_history()
    relational.project(relational.projector())
    reached = relational.head()
    relational.one_more_person()

    async def compare(reader: RelationalReader) -> None:
        now = await reader.position()
        assert (now.position, now.head) == (reached, relational.head())
        assert now.epoch == relational.write_model.epoch
        assert now.missing_since == pytest.approx(time.time(), abs=60)
        past: Standing = (await reader.feed(2, below=0, limit=1, up_to=3)).standing
        assert past.position == 3
        ahead = (await reader.feed(2, below=0, limit=1, up_to=10**9)).standing
        assert ahead.position == reached

    read(relational.database_url, compare)


def test_a_page_is_found_by_indexes_alone(relational: Relational) -> None:
    number = relational.project(relational.projector())
    connection = relational.connection
    schema = Identifier(f"slackwater_relational_{number}")
    connection.execute(SQL("SET search_path TO {}").format(schema))
    connection.execute(MANY_ROWS)
    connection.execute(query("vacuum_tables", number))
    some_id = UUID(int=0)
    for name in PAGES:
        plan = connection.execute(
            b"EXPLAIN " + query(name, number).as_bytes(),
            {"person": 7, "id": some_id, "top": 40_000, "as_of": 40_000, "wanted": 21},
        ).fetchall()
        assert "Seq Scan" not in str(plan), plan


def test_a_burst_that_uses_every_connection_does_not_make_postgres_look_away(
    relational: Relational, monkeypatch: pytest.MonkeyPatch
) -> None:
    relational.project(relational.projector())
    monkeypatch.setattr("projections.relational.snapshots.TURN_SECONDS_MAX", 0.1)
    all_in, turn_over = asyncio.Event(), asyncio.Event()
    inside: list[Connection] = []

    async def takes_its_time(connection: Connection) -> None:
        inside.append(connection)
        if len(inside) == POOL_SIZE:
            all_in.set()
        await turn_over.wait()

    async def one_too_many(reader: RelationalReader) -> None:
        slow = [
            asyncio.create_task(reader.snapshots.answer(takes_its_time)) for _ in range(POOL_SIZE)
        ]
        await all_in.wait()
        with pytest.raises(RelationalUnreachable, match="more is being read"):
            await reader.position()
        turn_over.set()
        await asyncio.gather(*slow)
        assert (await reader.position()).position == 0, "at once: it was not away"

    read(relational.database_url, one_too_many)
