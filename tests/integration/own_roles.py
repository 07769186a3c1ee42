"""Both stores with the roles and users of compose/, each with a password of its own."""

import signal
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from redis import Redis
from redis.exceptions import RedisError

from launcher.child import Child
from launcher.embedded_postgres import ROLE
from launcher.embedded_valkey import EmbeddedValkey
from launcher.schema import make_schema
from launcher.settings import Settings
from tests.places import let_through
from tests.servers import NOTHING_SURVIVES_POWER, Databases, embedded_servers
from tests.waiting import until

COMPOSE = Path(__file__).parents[2] / "compose"
ONLY_WITH_PASSWORD = f"local all {ROLE} peer map={ROLE}\nlocal all all scram-sha-256\n"


@dataclass(frozen=True, slots=True)
class OwnRoles:
    """One database, which `owner_url` owns, and one Valkey; every process comes as who it is."""

    owner_url: str
    valkey_url: str
    secrets: Path

    def database_url(self, role: str) -> str:
        """For `relay`, as slackwater_relay."""
        found = urlsplit(self.owner_url)
        user = f"slackwater_{role}"
        return urlunsplit(found._replace(netloc=f"{user}:{self._secret(user)}@"))

    def redis_url(self, user: str) -> str:
        """Likewise."""
        return self._redis_url(*self._user(user))

    def admin_redis_url(self) -> str:
        """For who may do everything there."""
        return self._redis_url("slackwater_admin", self._secret("valkey_admin_password"))

    def settings(self, role: str) -> Settings:
        """Of a process that comes as this one."""
        return Settings.of(database_url=self.database_url(role), redis_url=self.redis_url(role))

    def make_schema(self) -> None:
        """What the one-shot job does."""
        make_schema(Settings.of(database_url=self.owner_url, roles_dir=self.secrets))

    def _user(self, user: str) -> tuple[str, str]:
        made = urlsplit(self._secret(f"redis_url_{user}"))
        return f"{made.username}", f"{made.password}"

    def _redis_url(self, user: str, password: str) -> str:
        return self.valkey_url.replace("unix://", f"unix://{user}:{password}@")

    def _secret(self, name: str) -> str:
        return (self.secrets / name).read_text(encoding="utf-8").strip()


def make_secrets(place: Path) -> Path:
    """What compose/make-secrets makes, in a directory of its own."""
    for name in ("make-secrets", "valkey.acl"):
        (place / name).write_bytes((COMPOSE / name).read_bytes())
    subprocess.run(["sh", str(place / "make-secrets")], check=True, capture_output=True)
    return place / "secrets"


@contextmanager
def own_roles(place: Path) -> Generator[OwnRoles]:
    """Servers of their own: roles are the whole server's."""
    secrets = make_secrets(place)
    with (
        embedded_servers(let_through(place), *NOTHING_SURVIVES_POWER) as servers,
        _valkey_with_users(place, secrets) as valkey_url,
    ):
        _ask_for_passwords(servers.postgres_url)
        databases = Databases(servers.postgres_url)
        with databases.empty() as url:
            roles = OwnRoles(url, valkey_url, secrets)
            until(lambda: _answers(roles.admin_redis_url()), "Valkey answers")
            roles.make_schema()
            yield roles
        databases.close()


def _ask_for_passwords(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        row = connection.execute("SHOW hba_file").fetchone()
        assert row is not None
        Path(row[0]).write_text(ONLY_WITH_PASSWORD, encoding="utf-8")
        connection.execute("SELECT pg_reload_conf()")


@contextmanager
def _valkey_with_users(place: Path, secrets: Path) -> Generator[str]:
    valkey = EmbeddedValkey(place / "valkey-with-users", place / "valkey-with-users.log")
    valkey.prepare()
    program = valkey.program
    users = ["--aclfile", str(secrets / "valkey_acl")]
    child = Child(replace(program, arguments=[*program.arguments, *users]))
    try:
        yield valkey.url
    finally:
        child.send(signal.SIGKILL)
        child.wait()


def _answers(url: str) -> bool:
    try:
        return bool(Redis.from_url(url).ping())
    except RedisError:
        return False
