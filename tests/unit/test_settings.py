"""Settings: read from the environment, checked before anything starts, shown without secrets."""

import json
from pathlib import Path

import pytest

from launcher.errors import SettingInvalid, SettingMissing
from launcher.required import database_url
from launcher.settings import Settings, without_password
from launcher.token_key import access_tokens, ensure_key_file


def test_a_setting_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACKWATER_SHARDS", "7")
    assert Settings.of().shards == 7


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "70000"), ("SHARDS", "0"), ("WINDOW", "many"), ("LOG_LEVEL", "LOUD")],
)
def test_a_value_that_cannot_be_is_refused_by_the_name_of_its_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"SLACKWATER_{name}", value)
    with pytest.raises(SettingInvalid, match=f"SLACKWATER_{name}"):
        Settings.of()


def test_what_is_shown_holds_no_secret() -> None:
    settings = Settings.of(
        database_url="postgresql://u:hush@h/d", redis_url="redis://:hush@h", token_key="hush" * 8
    )
    assert "hush" not in json.dumps(settings.masked())


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://ada:hush@host:5432/db?x=1", "postgresql://ada:***@host:5432/db?x=1"),
        (
            "postgresql://host/db?user=ada&password=hush",
            "postgresql://host/db?user=ada&password=***",
        ),
        ("host=h password=hush dbname=d", "host=h password=*** dbname=d"),
        ("host=h password='hush hush' dbname=d", "host=h password=*** dbname=d"),
        ("redis://:hush@host:6379/0", "redis://:***@host:6379/0"),
        ("unix:///tmp/valkey.sock", "unix:///tmp/valkey.sock"),
    ],
)
def test_a_connection_string_is_shown_without_its_password(address: str, shown: str) -> None:
    assert without_password(address) == shown


def test_a_process_that_lacks_a_setting_names_it() -> None:
    with pytest.raises(SettingMissing, match="SLACKWATER_DATABASE_URL"):
        database_url(Settings.of())
    with pytest.raises(SettingMissing, match="SLACKWATER_TOKEN_KEY"):
        access_tokens(Settings.of())


def test_a_token_key_that_is_too_short_is_refused() -> None:
    with pytest.raises(SettingMissing, match="31 bytes and needs 32"):
        access_tokens(Settings.of(token_key="x" * 31))


def test_a_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "token.key"
    ensure_key_file(path)
    key = path.read_bytes()
    ensure_key_file(path)
    assert path.read_bytes() == key
    assert path.stat().st_mode & 0o077 == 0
    assert access_tokens(Settings.of(token_key_file=path)).key == key
