"""What was done is lost with its history when the store is put back to an older backup."""

import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from command_api.application import Slackwater
from projections.log.store import Store
from tests.integration.backups import Backup
from tests.integration.command_api import (
    as_person,
    command_api,
    queued,
    register,
    state_of,
    store_away,
    texts,
    until_replayed,
)
from tests.integration.cutting_proxy import CuttingProxy

KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"


def post(api: httpx.Client, who: str, text: str = "one", key: str = KEY) -> httpx.Response:
    return api.post("/posts/", headers=as_person(who, key), json={"text": text})


def put_back(backup: Backup, store: Store) -> str:
    """Puts the store back and gives it a new epoch, as the relay does; returns it."""
    backup.put_back(cut=False)
    found = store.epoch()
    renewed = store.renew_epoch(found=found, carried=found)
    assert renewed is not None
    return renewed


def replayed_post(api: httpx.Client, proxy: CuttingProxy, who: str) -> httpx.Response:
    """A post that was accepted while the store was away, and was carried out since."""
    with store_away(proxy):
        answer = post(api, who)
    assert answer.status_code == 202
    until_replayed(api)
    assert state_of(api, answer, who).json()["state"] == "done"
    return answer


def test_what_the_restored_store_has_lost_is_told_as_lost_and_done_anew_when_repeated(
    api: httpx.Client, proxy: CuttingProxy, database_url: str, store: Store, tmp_path: Path
) -> None:
    ada = register(api, "ada")
    backup = Backup.of(database_url, tmp_path / "backup.sql")
    accepted = replayed_post(api, proxy, ada)
    epoch = put_back(backup, store)
    lost = state_of(api, accepted, ada)
    assert lost.json()["state"] == "lost"
    assert "Feed-Token" not in lost.headers
    again = post(api, ada)
    assert (again.status_code, again.json()["id"]) == (201, accepted.json()["id"])
    assert again.json()["created_at"] == accepted.json()["created_at"]
    found = state_of(api, accepted, ada)
    assert found.json()["state"] == "done"
    assert found.headers["Feed-Token"] == again.headers["Feed-Token"]
    assert found.headers["Feed-Token"].startswith(epoch)
    assert post(api, ada).content == again.content
    assert post(api, ada, "another").status_code == 422
    assert texts(store) == ["one"]


def test_what_stands_in_the_restored_store_is_done_as_it_stands_there(
    api: httpx.Client, proxy: CuttingProxy, database_url: str, store: Store, tmp_path: Path
) -> None:
    ada = register(api, "ada")
    accepted = replayed_post(api, proxy, ada)
    backup = Backup.of(database_url, tmp_path / "backup.sql")
    register(api, "bob")
    epoch = put_back(backup, store)
    found, again = state_of(api, accepted, ada), post(api, ada)
    assert found.json()["state"] == "done"
    assert again.status_code == 201
    assert found.headers["Feed-Token"] == again.headers["Feed-Token"]
    assert found.headers["Feed-Token"].startswith(epoch)
    assert texts(store) == ["one"]


@pytest.mark.parametrize("lost", [True, False])
def test_while_the_store_cannot_be_asked_nobody_is_told_that_it_is_done(
    lost: bool, api: httpx.Client, proxy: CuttingProxy, database_url: str, store: Store,
    tmp_path: Path,
) -> None:  # fmt: skip
    ada = register(api, "ada")
    backup = Backup.of(database_url, tmp_path / "backup.sql")
    accepted = replayed_post(api, proxy, ada)
    with store_away(proxy):
        if lost:
            put_back(backup, store)
        asked = api.get(accepted.headers["Location"], headers=as_person(ada))
        assert asked.status_code == 503
        assert int(asked.headers["Retry-After"]) >= 1
        repeated = post(api, ada)
        assert repeated.status_code == 202
        assert repeated.json()["id"] == accepted.json()["id"]
        assert state_of(api, accepted, ada).json()["state"] == "queued"
        assert queued(api) == 1
    until_replayed(api)
    assert state_of(api, accepted, ada).json()["state"] == "done"
    assert texts(store) == ["one"]


def test_a_journal_from_before_epochs_is_kept_and_the_store_is_asked(
    write_model: Slackwater, proxy: CuttingProxy, journal_file: Path, store: Store
) -> None:
    ada = str(write_model.register(handle="ada", display_name=None).id)
    with command_api(proxy.url, journal_file) as api:
        accepted = replayed_post(api, proxy, ada)
        with store_away(proxy):
            waiting = post(api, ada, "two", f"{KEY}-2")
    with closing(sqlite3.connect(journal_file)) as file:
        file.execute("ALTER TABLE entries DROP COLUMN epoch")
        file.commit()
    with command_api(proxy.url, journal_file) as api:
        until_replayed(api)
        for answer in (accepted, waiting):
            assert state_of(api, answer, ada).json()["state"] == "done"
    assert texts(store) == ["one", "two"]
