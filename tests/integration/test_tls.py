"""Every process reaches both stores by TLS if its addresses say so, and checks who answers."""

from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from launcher.embedded_postgres import SOCKET_NAME
from tests.examples import long
from tests.integration.own_roles import OwnRoles, own_roles
from tests.integration.tls import Certificate, TlsBefore
from tests.integration.whole_life import Processes, live


@dataclass(frozen=True, slots=True)
class ByTls(OwnRoles):
    """The same servers, but processes reach them by TLS alone."""

    postgres_port: int
    valkey_port: int
    trusted: Certificate
    host: str = "localhost"

    def database_url(self, role: str) -> str:
        found = urlsplit(OwnRoles.database_url(self, role))
        query = f"sslmode=verify-full&sslrootcert={self.trusted.certificate}"
        place = f"{found.netloc}{self.host}:{self.postgres_port}"
        return urlunsplit(found._replace(netloc=place, query=query))

    def redis_url(self, user: str) -> str:
        name, password = self._user(user)
        where = f"{name}:{password}@{self.host}:{self.valkey_port}/0"
        return f"rediss://{where}?ssl_ca_certs={self.trusted.certificate}"


@pytest.fixture(scope="module")
def roles(tmp_path_factory: pytest.TempPathFactory) -> Generator[ByTls]:
    place = tmp_path_factory.mktemp("tls")
    with ExitStack() as stack:
        roles = stack.enter_context(own_roles(place))
        certificate = Certificate.made(place, "stores")
        sockets = Path(f"{conninfo_to_dict(roles.owner_url)['host']}")
        valkey = Path(roles.valkey_url.removeprefix("unix://"))
        before = [
            stack.enter_context(TlsBefore(to, certificate, is_postgres=is_postgres).running())
            for to, is_postgres in ((sockets / SOCKET_NAME, True), (valkey, False))
        ]
        yield ByTls(
            roles.owner_url, roles.valkey_url, roles.secrets,
            before[0].port, before[1].port, certificate,
        )  # fmt: skip


@long
def test_every_process_does_all_of_its_work_by_tls(roles: ByTls, tmp_path: Path) -> None:
    processes = Processes(roles)
    with processes.closing:
        with psycopg.connect(roles.database_url("relay")) as connection:
            assert connection.pgconn.ssl_in_use
        live(roles, processes, tmp_path)


@pytest.mark.parametrize("what", ["another certificate", "another host"])
def test_who_shows_another_certificate_or_stands_elsewhere_is_not_believed(
    roles: ByTls, tmp_path: Path, what: str
) -> None:
    other = Certificate.made(tmp_path, "other")
    trusted, host = {
        "another certificate": (other, "localhost"),
        "another host": (roles.trusted, "127.0.0.1"),
    }[what]
    deceived = ByTls(
        roles.owner_url, roles.valkey_url, roles.secrets,
        roles.postgres_port, roles.valkey_port, trusted, host,
    )  # fmt: skip
    with pytest.raises(psycopg.OperationalError, match="certificate"):
        psycopg.connect(deceived.database_url("relay"))
    with (
        Redis.from_url(deceived.redis_url("relay")) as redis,
        pytest.raises(RedisConnectionError, match="certificate"),
    ):
        redis.ping()
