"""Directories that only one user can enter, and short ones for Unix sockets."""

import hashlib
import os
from pathlib import Path

from launcher.child import Account
from launcher.errors import LaunchError

SOCKET_PATH_BYTES_MAX = 100
"""The kernel's own limit is 108, its end included (sockaddr_un); servers need a few bytes more."""


def socket_directory(wanted: Path, socket_name: str) -> Path:
    """The wanted directory, or a short one of our own if the path is too long for a socket."""
    if len(bytes(wanted / socket_name)) <= SOCKET_PATH_BYTES_MAX:
        return wanted
    return Path("/tmp") / f"slackwater-{os.geteuid()}-{digest(wanted)}"  # noqa: S108


def make_private(directory: Path, account: Account | None = None) -> None:
    """Makes a directory for its owner alone (and root). Raises LaunchError if it is another's."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = account.uid if account else os.geteuid()
    if directory.is_symlink() or directory.stat().st_uid not in {os.geteuid(), owner}:
        raise LaunchError(f"{directory} belongs to somebody else; remove it, or use --data-dir")
    directory.chmod(0o700)
    if account is not None:
        os.chown(directory, account.uid, account.gid)


def digest(path: Path) -> str:
    """A short name for a path."""
    return hashlib.sha256(bytes(path.absolute())).hexdigest()[:12]
