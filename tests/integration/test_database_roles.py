"""Each role carries out what its process needs, and Postgres refuses it everything else."""

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from psycopg import sql

from launcher.database_roles.roles import ROLES as MADE
from launcher.errors import SchemaNotMade
from projections.relational.recorder import RelationalRecorder
from tests.integration.own_roles import OwnRoles, own_roles
from tests.integration.role_statements import ROLES, STATEMENTS
from tests.servers import url_of


@pytest.fixture(scope="module")
def roles(tmp_path_factory: pytest.TempPathFactory) -> Generator[OwnRoles]:
    with own_roles(tmp_path_factory.mktemp("roles")) as roles:
        recorder = RelationalRecorder(roles.database_url("relational_projector"))
        assert recorder.ensure_active().generation == 1
        recorder.close()
        yield roles


def is_allowed(roles: OwnRoles, role: str, statement: LiteralString) -> bool:
    """Whether it is let through, at whatever it fails then; nothing is left of it."""
    with psycopg.connect(roles.database_url(role)) as connection:
        try:
            if statement.startswith("COPY ("):
                with connection.cursor() as cursor, cursor.copy(statement) as copy:
                    list(copy)
            else:
                connection.execute(statement)
        except psycopg.errors.InsufficientPrivilege:
            return False
        finally:
            connection.rollback()
    return True


def test_the_table_names_every_role_that_is_made() -> None:
    assert {f"slackwater_{role}" for role in ROLES} == set(MADE)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_what_the_table_says_and_nothing_else(roles: OwnRoles, role: str) -> None:
    wrong = {
        statement: "is allowed" if may else "is refused"
        for statement, who in STATEMENTS.items()
        if (may := is_allowed(roles, role, statement)) != (role in who)
    }
    assert wrong == {}


def test_made_again_they_are_as_they_were_and_what_was_granted_beside_is_taken_back(
    roles: OwnRoles,
) -> None:
    with psycopg.connect(roles.owner_url, autocommit=True) as connection:
        connection.execute("GRANT DELETE ON slackwater_commands TO slackwater_query_api")
    assert is_allowed(roles, "query_api", "DELETE FROM slackwater_commands")
    roles.make_schema()
    test_a_role_may_do_what_the_table_says_and_nothing_else(roles, "query_api")
    test_a_role_may_do_what_the_table_says_and_nothing_else(roles, "operator")


def test_another_password_takes_the_place_of_the_old_one(roles: OwnRoles) -> None:
    before = roles.database_url("relay")
    password = roles.secrets / "slackwater_relay"
    password.chmod(0o600)
    password.write_text("another\n", encoding="utf-8")
    roles.make_schema()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(before)
    password.write_text("another", encoding="utf-8")
    psycopg.connect(roles.database_url("relay")).close()


def test_generations_of_before_are_handed_over(roles: OwnRoles) -> None:
    with psycopg.connect(roles.owner_url, autocommit=True) as connection:
        for name in ("people", "posts", "follows"):
            table = sql.Identifier("slackwater_relational_7", name)
            connection.execute("CREATE SCHEMA IF NOT EXISTS slackwater_relational_7")
            connection.execute(sql.SQL("CREATE TABLE {} (number bigint)").format(table))
    assert not is_allowed(roles, "query_api", "SELECT * FROM slackwater_relational_7.posts")
    roles.make_schema()
    assert is_allowed(roles, "query_api", "SELECT * FROM slackwater_relational_7.posts")
    assert not is_allowed(roles, "query_api", "DELETE FROM slackwater_relational_7.posts")
    assert is_allowed(roles, "operator", "DROP SCHEMA slackwater_relational_7 CASCADE")


def test_who_owns_the_database_and_may_make_roles_needs_to_be_no_superuser(
    roles: OwnRoles, tmp_path: Path
) -> None:
    with psycopg.connect(roles.owner_url, autocommit=True) as connection:
        for made in (*MADE, "slackwater_tables"):
            connection.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(made)))
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(made)))
        connection.execute("CREATE ROLE slackwater_owner CREATEROLE LOGIN PASSWORD 'owner'")
        connection.execute("CREATE DATABASE owned OWNER slackwater_owner")
    (roles.secrets / "slackwater_owner").write_text("owner", encoding="utf-8")
    owned = replace(roles, owner_url=url_of(roles.database_url("owner"), "owned"))
    owned.make_schema()
    owned.make_schema()
    recorder = RelationalRecorder(owned.owner_url)
    assert recorder.ensure_active().generation == 1
    recorder.close()
    for role in ROLES:
        test_a_role_may_do_what_the_table_says_and_nothing_else(owned, role)


def test_a_password_that_is_missing_is_told(roles: OwnRoles, tmp_path: Path) -> None:
    with pytest.raises(SchemaNotMade, match="slackwater_command_api"):
        replace(roles, secrets=tmp_path).make_schema()
