"""Makes the roles and grants each what its process needs, and nothing else. Safe to run again.

Never a right to change or remove an event: see command_api/event_store/create_guard.sql.
"""

from importlib.resources import files
from pathlib import Path

import psycopg
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Composed, Identifier, Literal

from launcher.errors import SchemaNotMade

ROLES = (
    "slackwater_command_api",
    "slackwater_relay",
    "slackwater_projector",
    "slackwater_relational_projector",
    "slackwater_query_api",
    "slackwater_audit",
    "slackwater_operator",
)
"""Each logs in with a password of its own."""

TABLES_OWNER = "slackwater_tables"
"""Nobody logs in as this one: it owns the tables of relational generations."""

POSTGRES_VERSION_MIN = 170_000
"""Before, nobody could lock a table without a right to change it."""

_GRANTS = (
    "grant_to_all",
    "grant_to_command_api",
    "grant_to_relay",
    "grant_to_projectors",
    "grant_to_readers",
    "grant_to_operator",
    "grant_keys",
    "grant_relational",
    "hand_over_generations",
)
_ROLES_LOCK = 5_210_014  # an advisory lock's number: any, but always the same

Connection = psycopg.Connection[TupleRow]


def make_roles(database_url: str, passwords: Path) -> None:
    """Makes every role with the password in the file of its name in this directory.

    The tables have to be there. Raises SchemaNotMade; nothing has changed then.
    """
    given = {role: _password(passwords / role) for role in ROLES}
    try:
        with psycopg.connect(database_url) as connection:
            if connection.info.server_version < POSTGRES_VERSION_MIN:
                raise SchemaNotMade("roles need Postgres 17 or newer")
            _lock(connection)
            _make_missing(connection)
            for role, password in given.items():
                _let_in(connection, role, password)
            for name in _GRANTS:
                connection.execute(_query(name, connection.info.dbname))
    except psycopg.Error as error:
        raise SchemaNotMade(
            f"the roles cannot be made in Postgres: {error}. Who makes them owns the database and "
            "the tables, and has CREATEROLE"
        ) from error


def _password(file: Path) -> str:
    try:
        password = file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SchemaNotMade(f"the password of a role cannot be read: {error}") from error
    if not password:
        raise SchemaNotMade(f"{file} is empty: it has to hold the password of that role")
    return password


def _lock(connection: Connection) -> None:
    # Roles are the whole server's, and two that change one at once fail.
    connection.execute("SET LOCAL lock_timeout = '30s'")
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (_ROLES_LOCK,))


def _make_missing(connection: Connection) -> None:
    wanted = [TABLES_OWNER, *ROLES]
    found = connection.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", (wanted,))
    there = {name for (name,) in found}
    for role in wanted:
        if role not in there:
            connection.execute(SQL("CREATE ROLE {}").format(Identifier(role)))


def _let_in(connection: Connection, role: str, password: str) -> None:
    # As the server keeps it: the password itself would be seen in its log.
    kept = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    statement = SQL("ALTER ROLE {} LOGIN PASSWORD {}")
    connection.execute(statement.format(Identifier(role), Literal(kept.decode())))


def _query(name: str, database: str) -> Composed:
    text = files("launcher.database_roles").joinpath(f"{name}.sql").read_text(encoding="utf-8")
    return SQL(text).format(  # pyright: ignore[reportArgumentType] - a file of ours
        database=Identifier(database), roles=SQL(", ").join(map(Identifier, ROLES))
    )
