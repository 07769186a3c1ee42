"""What the image of Postgres does when it starts for the first time, on the embedded binaries."""

from dataclasses import replace
from pathlib import Path

import psycopg
from psycopg import sql

from launcher.child import Program
from launcher.embedded_postgres import EmbeddedPostgres
from tests.compose_test.container import Container


class PostgresImage:
    """A cluster of the names and the password that the compose file gives. First `program`."""

    def __init__(self, container: Container, directory: Path) -> None:
        self._container = container
        self._given = container.environment
        self._embedded = EmbeddedPostgres(directory, container.log)

    @property
    def program(self) -> Program:
        """The server; over TCP it wants a password, as the image's does."""
        self._embedded.prepare()
        with (self._embedded.place / "data" / "pg_hba.conf").open("a", encoding="utf-8") as access:
            access.write("host all all all scram-sha-256\n")
        program = self._embedded.program
        listen = ("-c", f"listen_addresses={self._container.address}")
        quick = ("-c", "fsync=off")  # nobody takes this machine's power away
        return replace(
            program, name=self._container.name, arguments=[*program.arguments, *listen, *quick]
        )

    def accepts_connections(self) -> bool:
        """Whether the server can be given its database."""
        return self._embedded.accepts_connections()

    def make_database(self) -> None:
        """Makes the database and sets the password of its owner."""
        self._embedded.create_database()
        password = Path(self._given["POSTGRES_PASSWORD_FILE"]).read_text(encoding="utf-8")
        with psycopg.connect(self._embedded.url, autocommit=True) as connection:
            connection.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                    sql.Identifier(self._given["POSTGRES_USER"]), sql.Literal(password.strip())
                )
            )

    def remove(self) -> None:
        """Removes the cluster, once the server has stopped."""
        self._embedded.remove()
