"""Settings: read from the environment, checked before anything starts, shown without secrets."""

import json
from pathlib import Path

import pytest

from launcher.demo.run import run_demo
from launcher.errors import LaunchError, SettingInvalid, SettingMissing
from launcher.passwords import without_password
from launcher.required import database_url
from launcher.secret import Secret
from launcher.settings import Settings
from launcher.shape import Shape
from launcher.system import System
from launcher.token_key import access_tokens, ensure_key_file
from projections.greatness import NOBODY_IS_GREAT, Greatness


def test_a_setting_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACKWATER_SHARDS", "7")
    assert Settings.of().shards == 7


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "70000"),
        ("SHARDS", "0"),
        ("WINDOW", "many"),
        ("LOG_LEVEL", "LOUD"),
        ("GREAT_UNTIL", "100000"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_the_name_of_its_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"SLACKWATER_{name}", value)
    with pytest.raises(SettingInvalid, match=f"SLACKWATER_{name}"):
        Settings.of()


def test_what_is_not_set_is_held_against_what_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACKWATER_GREAT_FROM", "1000")
    with pytest.raises(SettingInvalid, match=r"SLACKWATER_GREAT_UNTIL: 80000 followers"):
        Settings.of()


def test_what_is_given_outright_counts_before_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SLACKWATER_PORT", "70000")
    assert Settings.of(port=7).port == 7


@pytest.mark.parametrize(
    ("given", "great"),
    [
        ({}, Greatness(100_000, 80_000)),
        ({"GREAT_FROM": "9", "GREAT_UNTIL": "8"}, Greatness(9, 8)),
        ({"GREAT_FROM": "0"}, NOBODY_IS_GREAT),
    ],
)
def test_who_is_great_is_set_by_two_numbers_of_followers(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], great: Greatness
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"SLACKWATER_{name}", value)
    assert Settings.of().great == great


BEFORE, DEFAULT = Greatness(50, 40), Greatness(100_000, 80_000)


@pytest.mark.parametrize(
    ("shape", "before", "great"),
    [
        (Shape(), BEFORE, BEFORE),
        (Shape(), NOBODY_IS_GREAT, DEFAULT),
        (Shape(great_from=0), BEFORE, NOBODY_IS_GREAT),
        (Shape(great_from=60), BEFORE, Greatness(60, 40)),
        (Shape(great_until=7), BEFORE, Greatness(50, 7)),
        (Shape(great_from=3, great_until=0), NOBODY_IS_GREAT, Greatness(3, 0)),
    ],
)
def test_a_rebuild_leaves_as_it_was_what_it_is_not_told_about_who_is_great(
    shape: Shape, before: Greatness, great: Greatness
) -> None:
    """But where nobody was, as in every generation of before, the settings say it."""
    assert shape.greatness(before, DEFAULT) == great


@pytest.mark.parametrize("shape", [Shape(great_from=40), Shape(great_until=50)])
def test_a_rebuild_in_which_authors_would_cease_to_be_great_at_once_is_refused(
    shape: Shape,
) -> None:
    with pytest.raises(LaunchError, match="--great-until"):
        shape.greatness(BEFORE, DEFAULT)


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


@pytest.mark.parametrize("name", ["database_url", "redis_url"])
def test_an_address_may_come_from_a_file_of_its_own(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_text("scheme://ada:hush@host\n", encoding="utf-8")
    settings = Settings.of(**{f"{name}_file": file})
    assert getattr(settings, name).value == "scheme://ada:hush@host"
    assert "hush" not in json.dumps(settings.masked())


def test_an_address_that_is_given_itself_wins_over_its_file(tmp_path: Path) -> None:
    settings = Settings.of(redis_url="redis://this", redis_url_file=tmp_path / "that")
    assert settings.redis_url == Secret("redis://this")


@pytest.mark.parametrize(("content", "fault"), [(None, "cannot be read"), (" \n", "is empty")])
def test_a_file_without_an_address_is_refused_by_the_name_of_the_setting(
    content: str | None, fault: str, tmp_path: Path
) -> None:
    file = tmp_path / "database_url"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(SettingInvalid, match=f"SLACKWATER_DATABASE_URL: .*{fault}"):
        Settings.of(database_url_file=file)


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
    assert access_tokens(Settings.of(token_key_file=path)).ring.signing.secret == key


@pytest.fixture
def environment_of_another(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What names a system that is in use."""
    address = tmp_path / "address"
    address.write_text("postgresql://in-use/store")
    for name, value in {
        "DATABASE_URL_FILE": str(address), "REDIS_URL_FILE": str(address), "JOURNAL": "in-use",
        "TOKEN_KEY": "k" * 40, "LIMITS_REDIS_URL": "redis://in-use", "TRACES_URL": "http://in-use/",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"SLACKWATER_{name}", value)


@pytest.mark.usefixtures("environment_of_another")
def test_a_system_apart_has_nothing_of_the_environment(tmp_path: Path) -> None:
    settings = Settings.apart(data_dir=tmp_path)
    assert settings == Settings(data_dir=tmp_path)
    given = System(settings, print)._environment("postgresql://own", "redis://own")
    assert "in-use" not in " ".join(given.values())
    assert not [name for name in given if name.startswith("SLACKWATER_") and "_URL_FILE" in name]
    assert "SLACKWATER_TOKEN_KEY" not in given


@pytest.mark.usefixtures("environment_of_another")
def test_the_demo_plays_into_a_system_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    used: list[Settings] = []

    def begun(settings: Settings, tell: object) -> System:
        used.append(settings)
        raise KeyboardInterrupt

    monkeypatch.setattr("launcher.demo.run.System", begun)
    with pytest.raises(KeyboardInterrupt):
        run_demo(source=None, posts=10, json_file=None)
    [settings] = used
    assert (settings.database_url, settings.redis_url, settings.journal) == (None, None, None)
