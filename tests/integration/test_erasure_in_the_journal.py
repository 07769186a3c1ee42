"""Journals and erasures: nothing that was wanted outlives whose it was, and nobody comes back."""

from contextlib import closing, nullcontext
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from command_api import replay
from command_api.application import Slackwater
from command_api.commands import publish
from command_api.journal.file import JournalFile
from command_api.journal.state import State
from domain.events import Deleted
from projections.log.store import Store
from tests.integration.command_api import as_person, store_away, until_replayed
from tests.integration.cutting_proxy import CuttingProxy
from tests.integration.searching import places_of
from tests.waiting import until

ADA = {"handle": "ada", "display_name": "Ada"}
AGAIN = {"Idempotency-Key": "as-good-as-any-other-key"}


@pytest.fixture
def forgets_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "FORGET_EVERY_SECONDS", 0.05)


def test_what_of_them_was_rejected_leaves_the_journal(
    forgets_at_once: None, api: httpx.Client, proxy: CuttingProxy, write_model: Slackwater,
    journal_file: Path,
) -> None:  # fmt: skip
    assert forgets_at_once is None

    def kept() -> set[str]:
        files = {str(one): one.read_bytes() for one in journal_file.parent.glob("journal*")}
        return places_of(files, [b"to be forgotten"])

    ada = write_model.register(handle="ada", display_name=None)
    with store_away(proxy):
        sent = api.post("/posts/", json={"text": "to be forgotten"}, headers=as_person(ada.id))
        assert sent.status_code == 202
        assert kept()
        write_model.erase(ada.id)
    until_replayed(api)
    until(lambda: not kept(), "it is forgotten")
    assert api.get(sent.headers["Location"], headers=as_person(ada.id)).status_code == 404


@pytest.mark.parametrize("journaled", [False, True])
def test_a_registration_that_is_repeated_brings_nobody_back(
    api: httpx.Client, proxy: CuttingProxy, write_model: Slackwater, journaled: bool
) -> None:
    with store_away(proxy) if journaled else nullcontext():
        first = api.post("/users/", json=ADA, headers=AGAIN)
        assert first.status_code == (202 if journaled else 201)
    until_replayed(api)
    assert api.post("/users/", json=ADA, headers=AGAIN).json()["id"] == first.json()["id"]
    write_model.erase(UUID(first.json()["id"]))
    again = api.post("/users/", json=ADA, headers=AGAIN)
    assert again.status_code == 409
    assert "is erased since" in again.json()["detail"]
    assert "access_token" not in again.json()


def test_what_they_leave_behind_ends_at_once_when_they_are_erased_out_of_the_journal(
    api: httpx.Client, proxy: CuttingProxy, write_model: Slackwater, store: Store
) -> None:
    ada = write_model.register(handle="ada", display_name=None).id
    write_model.publish(author_id=ada, text="to be gone")
    with store_away(proxy):
        assert api.delete(f"/users/{ada}", headers=as_person(ada)).status_code == 202
    until_replayed(api)
    until(lambda: isinstance(store.read_after(0, 99)[-1].body, Deleted), "it has ended")


def test_a_refused_registration_leaves_nothing_but_that_it_was_refused(
    api: httpx.Client, proxy: CuttingProxy, journal_file: Path
) -> None:
    wanted = {"handle": "Rare_Handle", "display_name": "Rare Name"}
    with store_away(proxy):
        _, impatient = (api.post("/users/", json=wanted) for _ in range(2))
    until_replayed(api)
    mine = as_person(impatient.json()["id"])
    told = api.get(impatient.headers["Location"], headers=mine).json()
    assert told["rejection"] == {"status": 409, "detail": "this handle is taken; choose another"}
    with closing(JournalFile(journal_file, durable=False)) as file:
        [refused] = file.entries(State.REJECTED, 9)
        assert refused.command is None
        assert file.requeue(None) == 0, "there is nothing that could be tried again"


def test_no_guess_can_be_held_against_what_an_erased_person_did(
    forgets_at_once: None, api: httpx.Client, proxy: CuttingProxy, write_model: Slackwater,
    journal_file: Path,
) -> None:  # fmt: skip
    assert forgets_at_once is None
    ada = write_model.register(handle="ada", display_name=None).id
    headers = as_person(ada, "as-good-as-any-other-key")
    with store_away(proxy):
        sent = api.post("/posts/", json={"text": "yes"}, headers=headers)
    until_replayed(api)
    guess = publish(person=ada, text="yes").fingerprint()

    def kept() -> bool:
        return any(guess in one.read_bytes() for one in journal_file.parent.glob("journal*"))

    assert kept()
    write_model.erase(ada)
    until(lambda: not kept(), "it is forgotten")
    assert api.get(sent.headers["Location"], headers=headers).json()["state"] == "done"
    assert api.post("/posts/", json={"text": "yes"}, headers=headers).status_code == 409
