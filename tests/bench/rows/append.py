"""Events appended a second, in process: nothing but the store and who writes to it."""

from collections.abc import Generator, Mapping
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import uuid_utils.compat

from command_api.application import Slackwater
from command_api.event_store.group_commit import Append
from domain.events import DomainEvent, Published
from tests.bench.coroutines import awaited_calls_per_second
from tests.bench.figures import Better, Goal
from tests.bench.ground import Ground
from tests.bench.history import TEXT
from tests.bench.peers.message_db import MessageDb, sql_of
from tests.bench.peers.stock import Posts, environment
from tests.bench.row import Comparison, Contestants, NotAvailable, Row
from tests.bench.threads import calls_per_second

WRITERS, CONNECTIONS = 32, 16

OURS = f"group commit, awaited by {WRITERS} coroutines"
THREADED = f"group commit, save() in {WRITERS} threads"
STOCK = f"stock Application.save(), {WRITERS} threads"
MESSAGE_DB = f"message-db write_message, {CONNECTIONS} connections"

FIGURE = "appends"


def event() -> DomainEvent:
    """A post's publishing."""
    post = uuid_utils.compat.uuid7()
    return DomainEvent(post, 1, Published(at=datetime.now(UTC), author=1, text=TEXT))


async def append(write_model: Slackwater) -> None:
    """One event, through the door that the command API uses for posts."""
    append = Append([write_model.mapper.to_stored_event(event())])
    await write_model.recorder.append_awaited(append)


def save(write_model: Slackwater) -> None:
    """One event, through the same method of the library."""
    write_model.save(event())


@contextmanager
def contestants(ground: Ground) -> Generator[Contestants]:
    """Each on a database of its own."""
    seconds = ground.effort.of(tiny=0.2, quick=2.0, full=5.0)
    sql = sql_of(ground.kept)
    with ExitStack() as stack:
        write_model = stack.enter_context(
            closing(Slackwater(stack.enter_context(ground.database())))
        )
        write_model.open()
        stock_url = stack.enter_context(ground.database())
        stock = stack.enter_context(closing(Posts(environment(stock_url, WRITERS))))

        def ours() -> Mapping[str, float]:
            call = partial(append, write_model)
            return {FIGURE: awaited_calls_per_second(call, WRITERS, seconds)}

        def threaded() -> Mapping[str, float]:
            return {FIGURE: calls_per_second([partial(save, write_model)] * WRITERS, seconds)}

        def theirs() -> Mapping[str, float]:
            return {FIGURE: calls_per_second([stock.publish] * WRITERS, seconds)}

        message_db = sql if isinstance(sql, NotAvailable) else _message_db(ground, stack, sql)

        def messages() -> Mapping[str, float]:
            assert isinstance(message_db, MessageDb)
            writers = [partial(message_db.write, each) for each in message_db.connections]
            return {FIGURE: calls_per_second(writers, seconds)}

        third = message_db if isinstance(message_db, NotAvailable) else messages
        yield {OURS: ours, THREADED: threaded, STOCK: theirs, MESSAGE_DB: third}


def _message_db(ground: Ground, stack: ExitStack, sql: Path) -> MessageDb:
    database_url = stack.enter_context(ground.database())
    return stack.enter_context(MessageDb(sql, database_url, CONNECTIONS))


ROW = Row(
    "append, in process",
    (
        Comparison(FIGURE, "events/s", Better.HIGHER, OURS, STOCK, Goal(ratio_min=15)),
        Comparison(FIGURE, "events/s", Better.HIGHER, OURS, MESSAGE_DB, Goal(ratio_min=5)),
        Comparison(FIGURE, "events/s", Better.HIGHER, THREADED, STOCK, Goal()),
    ),
    contestants,
    warms_up=True,
)
