"""The data directory: one `up` at a time may have it, and it says where everything is."""

import fcntl
import json
import os
from pathlib import Path
from typing import IO, Any

from launcher.errors import AlreadyRunning, LaunchError


class DataDirectory:
    """Held from `open` to `close`. The lock ends with the process, however it ends."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._lock: IO[str] | None = None

    def open(self) -> None:
        """Makes the directory and takes its lock. Raises AlreadyRunning, LaunchError."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self.logs.mkdir(exist_ok=True)
            lock = (self.path / "up.lock").open("a+", encoding="utf-8")
            self._take(lock)
        except OSError as error:
            raise LaunchError(
                f"the data directory cannot be used: {error}; choose another with --data-dir"
            ) from error
        self._lock = lock

    def _take(self, lock: IO[str]) -> None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            lock.close()
            raise AlreadyRunning(
                f"process {holder} is running on {self.path}; stop it, or choose another "
                "directory with --data-dir"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()

    def close(self) -> None:
        """Gives the directory back, if it is ours."""
        if self._lock is not None:
            self.addresses_file.unlink(missing_ok=True)
            self._lock.close()
            self._lock = None

    @property
    def logs(self) -> Path:
        """Where each process writes what it has to say."""
        return self.path / "logs"

    @property
    def token_key_file(self) -> Path:
        """The key that signs access tokens."""
        return self.path / "token.key"

    @property
    def journal_file(self) -> Path:
        """The command API's journal, in a directory that nobody else can enter."""
        return self.path / "journal" / "commands.sqlite"

    @property
    def addresses_file(self) -> Path:
        """Where everything is reached while `up` runs, readable by its owner only."""
        return self.path / "addresses.json"

    def write_addresses(self, addresses: dict[str, Any]) -> None:
        """Leaves word of where everything is."""
        self.addresses_file.touch(mode=0o600)
        self.addresses_file.write_text(json.dumps(addresses, indent=2), encoding="utf-8")

    def read_addresses(self) -> dict[str, Any] | None:
        """Where everything is; None while nothing runs here."""
        try:
            return json.loads(self.addresses_file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
