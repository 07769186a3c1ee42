"""With an Idempotency-Key the id of what is made follows from the request: everywhere the same."""

import httpx
import psycopg
import pytest

from projections.log.store import Store
from tests.integration.command_api import (
    as_person,
    command_api,
    events,
    register,
    store_away,
    texts,
    until_replayed,
)
from tests.integration.cutting_proxy import CuttingProxy

KEY = "8e03978e-40d5-43dd-bc93-6894a57f9324"


def post(api: httpx.Client, who: str, text: str) -> httpx.Response:
    return api.post("/posts/", headers=as_person(who, KEY), json={"text": text})


@pytest.mark.parametrize("kind", ["post", "person"])
def test_what_is_queued_here_and_repeated_elsewhere_gets_one_id(
    kind: str,
    api: httpx.Client,
    proxy: CuttingProxy,
    database_url: str,
    store: Store,
) -> None:
    ada = register(api, "ada")

    def ask(where: httpx.Client) -> httpx.Response:
        if kind == "post":
            return post(where, ada, "one")
        return where.post("/users/", headers={"Idempotency-Key": KEY}, json={"handle": "bob"})

    with store_away(proxy), command_api(database_url, None) as another:
        queued_here = ask(api)
        done_elsewhere = ask(another)
    assert (queued_here.status_code, done_elsewhere.status_code) == (202, 201)
    assert queued_here.json()["id"] == done_elsewhere.json()["id"]
    until_replayed(api)
    assert ask(api).json()["id"] == queued_here.json()["id"]
    assert len(events(store)) == 2


@pytest.mark.parametrize("text", ["one", "another"])
def test_a_post_is_published_once_under_a_key_however_late_it_is_repeated(
    text: str, api: httpx.Client, database_url: str, store: Store
) -> None:
    """Once the store has forgotten the key, it may also be used for another post."""
    ada = register(api, "ada")
    first = post(api, ada, "one")
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("DELETE FROM slackwater_commands")
    late = post(api, ada, text)
    assert late.status_code == 201
    assert (late.content == first.content) == (text == "one")
    assert texts(store) == list(dict.fromkeys(["one", text]))
