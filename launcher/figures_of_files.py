"""Figures of files that a process was given: room on their disks, and when certificates expire.

They are looked at when somebody asks for the figures, and not before.
"""

import os
from collections.abc import Callable, Iterator
from math import nan
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from prometheus_client import Gauge
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from launcher.settings import Settings

FREE = Gauge("slackwater_disk_free_bytes", "Room that is left on a disk.", ["disk"])
SIZE = Gauge("slackwater_disk_size_bytes", "Room on a disk, used or free.", ["disk"])
EXPIRES = Gauge(
    "slackwater_certificate_expires_timestamp_seconds",
    "When the first certificate in a file expires.",
    ["file"],
)

JOURNAL = "journal"
OF_POSTGRES = ("sslrootcert", "sslcert")
OF_VALKEY = ("ssl_ca_certs", "ssl_certfile")


def tell_of_files(settings: Settings) -> None:
    """From now on the figures are there. A file that cannot be read has none (NaN)."""
    for name, directory in _disks(settings):
        FREE.labels(name).set_function(_told(lambda at=directory: _free(at)))
        SIZE.labels(name).set_function(_told(lambda at=directory: _size(at)))
    for file in sorted(set(_certificates(settings))):
        EXPIRES.labels(str(file)).set_function(_told(lambda at=file: _expires(at)))


def _disks(settings: Settings) -> Iterator[tuple[str, Path]]:
    yield from settings.watched_disks()
    if settings.journal is not None:
        yield JOURNAL, settings.journal.parent


def _certificates(settings: Settings) -> Iterator[Path]:
    if settings.database_url is not None:
        try:
            given = conninfo_to_dict(settings.database_url.value)
        except ProgrammingError:
            given = {}  # whoever connects says so
        # `system` stands for the certificates of the operating system, whose files are not ours.
        yield from (Path(str(given[k])) for k in OF_POSTGRES if given.get(k, "system") != "system")
    if settings.redis_url is not None:
        query = parse_qs(urlsplit(settings.redis_url.value).query)
        yield from (Path(query[key][0]) for key in OF_VALKEY if key in query)


def _told(look: Callable[[], float]) -> Callable[[], float]:
    def value() -> float:
        try:
            return look()
        except (OSError, ValueError):
            return nan

    return value


def _free(directory: Path) -> float:
    found = os.statvfs(directory)
    return found.f_bavail * found.f_frsize


def _size(directory: Path) -> float:
    """What a process without privileges can use of it: the rest is never free for it."""
    found = os.statvfs(directory)
    return (found.f_blocks - found.f_bfree + found.f_bavail) * found.f_frsize


def _expires(file: Path) -> float:
    found = x509.load_pem_x509_certificates(file.read_bytes())
    return min(each.not_valid_after_utc.timestamp() for each in found)
