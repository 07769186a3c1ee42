"""A command API in this process, over HTTP, for tests that look at its write model too."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import uvicorn
from starlette.types import ASGIApp

from command_api.app import create_app
from command_api.journal.journal import Journal
from domain.events import Deleted, EventBody, Followed, Published, Registered, Unfollowed
from edge.tokens import AccessTokens
from projections.log.store import Store
from tests.integration.cutting_proxy import CuttingProxy
from tests.opening import opened
from tests.waiting import until

GRACE_SECONDS = 2
"""For answers that are under way when a test ends; a stream has no end."""

TOKENS = AccessTokens.under(b"a key of at least thirty-two bytes", ttl_seconds=600)


@contextmanager
def command_api(database_url: str, journal_file: Path | None) -> Generator[httpx.Client]:
    """A client of a command API with this journal, which is closed at the end."""
    journal = None if journal_file is None else Journal(journal_file)
    api = create_app(database_url=database_url, tokens=TOKENS, settings={}, journal=journal)
    try:
        with served(api) as address, httpx.Client(base_url=address, timeout=30) as client:
            yield client
    finally:
        if journal is not None:
            journal.close()


@contextmanager
def served(api: ASGIApp, **options: Any) -> Generator[str]:
    """The address of an API that is served meanwhile, with more of uvicorn's options if given."""
    server = uvicorn.Server(
        uvicorn.Config(
            api, port=0, log_config=None, ws="none", timeout_graceful_shutdown=GRACE_SECONDS,
            **options,
        )
    )  # fmt: skip
    thread = threading.Thread(target=server.run)
    thread.start()
    until(lambda: server.started or not thread.is_alive(), "the API starts")
    assert server.started
    [port] = [each.getsockname()[1] for each in server.servers[0].sockets]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def as_person(person: str | UUID, key: str | None = None) -> dict[str, str]:
    """Headers of a request by this person, under this Idempotency-Key."""
    headers = {"Authorization": f"Bearer {TOKENS.issue(UUID(str(person)))}"}
    return headers if key is None else headers | {"Idempotency-Key": key}


def queued(client: httpx.Client) -> int:
    """How many commands wait in the journal."""
    return client.get("/debug/metrics-summary").json()["journal"]["queued"]


def until_replayed(client: httpx.Client) -> None:
    """Waits until the journal is empty."""
    until(lambda: queued(client) == 0, "the journal is empty")


def events(store: Store) -> list[EventBody]:
    """What happened, but for claims to handles, opened."""
    kinds = Registered | Published | Followed | Unfollowed | Deleted
    return [one for one in opened(store.read_after(0, limit=10_000)) if isinstance(one, kinds)]


def texts(store: Store) -> list[str]:
    """What was published, in order."""
    return [body.text for body in events(store) if isinstance(body, Published)]


def register(api: httpx.Client, handle: str) -> str:
    answer = api.post("/users/", json={"handle": handle})
    assert answer.status_code in {201, 202}, answer.text
    return answer.json()["id"]


def publish(api: httpx.Client, who: str, text: str) -> httpx.Response:
    return api.post("/posts/", headers=as_person(who), json={"text": text})


def state_of(api: httpx.Client, answer: httpx.Response, who: str) -> httpx.Response:
    found = api.get(answer.headers["Location"], headers=as_person(who))
    assert found.status_code == 200, found.text
    return found


@contextmanager
def store_away(proxy: CuttingProxy) -> Generator[None]:
    proxy.shut_out()
    yield
    proxy.let_in()
