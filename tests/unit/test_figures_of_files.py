"""Room on disks and days left of certificates are told as they are when somebody asks."""

import math
import shutil
import time
from collections.abc import Generator
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from launcher.errors import SettingInvalid
from launcher.figures_of_files import EXPIRES, FREE, SIZE, tell_of_files
from launcher.settings import DAY_SECONDS, Settings
from tests.integration.tls import Certificate


@pytest.fixture(autouse=True)
def nothing_left() -> Generator[None]:
    yield
    for gauge in (FREE, SIZE, EXPIRES):
        gauge.clear()


def figure(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(f"slackwater_{name}", labels)


def test_free_room_is_told_of_the_journals_disk_and_of_those_that_are_named(
    tmp_path: Path,
) -> None:
    tell_of_files(Settings.of(journal=tmp_path / "journal", disks=f"one={tmp_path},gone=/nowhere"))
    for disk in ("journal", "one"):
        free, size = figure("disk_free_bytes", disk=disk), figure("disk_size_bytes", disk=disk)
        assert free is not None
        assert size is not None
        assert 0 < free < size
        assert free == pytest.approx(shutil.disk_usage(tmp_path).free, rel=0.1)
    assert math.isnan(figure("disk_free_bytes", disk="gone") or 0)


@pytest.mark.parametrize("disks", ["/var", "a=", "a=/b,", "a b=/c"])
def test_disks_that_are_not_named_are_refused(disks: str) -> None:
    with pytest.raises(SettingInvalid, match="SLACKWATER_DISKS"):
        Settings.of(disks=disks)


def test_the_first_certificate_to_expire_is_told_of_each_file_that_an_address_names(
    tmp_path: Path,
) -> None:
    one, other = (Certificate.made(tmp_path, name) for name in ("one", "other"))
    with one.certificate.open("ab") as file:
        file.write(other.certificate.read_bytes())
    missing = tmp_path / "missing.crt"
    settings = Settings.of(
        database_url=f"postgresql://host/db?sslrootcert={one.certificate}&sslcert={missing}",
        redis_url=f"rediss://host/0?ssl_ca_certs={other.certificate}",
    )
    tell_of_files(settings)
    for file in (one.certificate, other.certificate):
        expires = figure("certificate_expires_timestamp_seconds", file=str(file))
        assert expires is not None
        assert 0 < expires - time.time() <= DAY_SECONDS
    assert math.isnan(figure("certificate_expires_timestamp_seconds", file=str(missing)) or 0)


@pytest.mark.parametrize(
    "settings",
    [{}, {"database_url": "postgresql://host/db?sslrootcert=system"}, {"database_url": "a b"}],
)
def test_who_is_given_no_file_tells_of_none(settings: dict[str, str]) -> None:
    tell_of_files(Settings.of(**settings))
    told = [metric for gauge in (FREE, SIZE, EXPIRES) for metric in gauge.collect()]
    assert [list(metric.samples) for metric in told] == [[], [], []]
