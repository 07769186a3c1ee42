"""Feed tokens on writes around the moment in which the store gets another epoch."""

import httpx
import psycopg

from edge.feed_token import HEADER, Sealing
from projections.log.store import Store
from tests.integration.command_api import TOKENS, as_person, register

SEALING = Sealing.under(TOKENS.ring)


def renew(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("UPDATE slackwater_epoch SET epoch = 'another'")


def test_who_read_under_the_new_epoch_first_can_write_with_its_token(
    api: httpx.Client, store: Store, database_url: str
) -> None:
    ada = register(api, "ada")
    renew(database_url)
    token = SEALING.seal(f"another.{store.head()}")
    answer = api.post(
        "/posts/", headers=as_person(ada, None) | {HEADER: token}, json={"text": "since"}
    )
    assert answer.status_code == 201, answer.text
    assert SEALING.open(answer.headers[HEADER]).epoch == "another"


def test_a_token_of_before_is_refused_although_nothing_was_written_since(
    api: httpx.Client, store: Store, database_url: str
) -> None:
    ada, bob = register(api, "ada"), register(api, "bob")
    before = SEALING.seal(f"{store.epoch()}.{store.head()}")
    renew(database_url)
    with_new = {HEADER: SEALING.seal(f"another.{store.head()}")}
    followed = api.post(f"/users/{bob}/follow", headers=as_person(ada, None) | with_new)
    assert followed.status_code == 200
    refused = api.post(f"/users/{bob}/follow", headers=as_person(ada, None) | {HEADER: before})
    assert refused.status_code == 410
