"""Every process at all of its work, each as who it is."""

import asyncio
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast
from uuid import UUID

import httpx
import psycopg
from redis import Redis

from command_api.application import Slackwater
from command_api.erasing import Erasing
from command_api.forgetting import Forgetting
from launcher.check import show_check
from launcher.generations import activate_generation, drop_generation
from launcher.rebuild import run_rebuild
from launcher.shape import Shape
from launcher.status import show_status
from launcher.verify import run_verify, wanted
from projections.catalogue import NAMES
from projections.home_feed.keys import HOME_FEED
from projections.log.quarantine import Quarantine
from projections.log.store import Store
from projections.projector import Projector
from projections.relational.keys import RELATIONAL
from projections.relational.projector import RelationalProjector
from projections.relational.recorder import RelationalRecorder
from projections.shards import active_generation, generations_key
from projections.worker import connect_redis
from query_api.app import create_app
from tests.integration.command_api import TOKENS, as_person, command_api, served
from tests.integration.own_roles import OwnRoles
from tests.integration.pipeline import Pipeline, no_wait, patiently

EVERYTHING = wanted([], "100%", 0)


@dataclass
class Processes:
    """All of them, stepped by hand, each as who it is."""

    roles: OwnRoles
    closing: ExitStack = field(default_factory=ExitStack)
    relay: Pipeline = field(init=False)
    projection: Pipeline = field(init=False)
    projector: Projector = field(init=False)
    tables: RelationalProjector = field(init=False)

    def __post_init__(self) -> None:
        self.write_model = Slackwater(self.roles.database_url("command_api"))
        self.write_model.open()
        self.closing.callback(self.write_model.close)
        self.relay = self._pipeline("relay")
        self.projection = self._pipeline("projector")
        self.projector = self.projection.projector(cold_after=3600)
        self.closing.callback(self.projector.close)
        url = self.roles.database_url("relational_projector")
        opened = Store(url, application="tests"), Quarantine(url), RelationalRecorder(url)
        for each in opened:
            self.closing.enter_context(closing(each))
        self.tables = RelationalProjector(*opened, idle_seconds=0)

    def settle(self) -> None:
        """Everything is carried, and applied to Redis and to the tables."""
        self.relay.carry()
        self.projection.project(self.projector)
        for _ in patiently():
            self.tables.step()
            if self.tables._recorder.ensure_active().position == self.relay.head():
                return
        raise AssertionError("the tables did not catch up")

    def _pipeline(self, role: str) -> Pipeline:
        store = Store(self.roles.database_url(role), application="tests")
        pipeline = Pipeline(self.write_model, store, connect_redis(self.roles.redis_url(role)))
        for each in (store, pipeline.redis, pipeline):
            self.closing.enter_context(closing(each))
        return pipeline


def live(roles: OwnRoles, processes: Processes, tmp_path: Path) -> None:
    """Every process does all of its work: writing, carrying, projecting, reading, operating."""
    url = roles.database_url("command_api")
    with command_api(url, tmp_path / "journal.sqlite") as http:
        people = write(http)
        assert http.get("/readyz?verbose").status_code == 200
    assert Forgetting(processes.write_model).step() == 0
    processes.settle()
    assert read(roles, people, processes.relay.head()) == ["first"]
    assert run_verify(roles.settings("audit"), *EVERYTHING, repair=False, as_json=True) == 0
    operate(roles, processes)
    processes.settle()
    assert read(roles, people, processes.relay.head()) == ["first"]
    replace_history(roles, processes)
    processes.settle()
    while processes.relay.read_models.remove_lost():
        continue
    assert read(roles, people, processes.relay.head()) == ["first"]
    assert run_verify(roles.settings("audit"), *EVERYTHING, repair=False, as_json=True) == 0
    processes.write_model.erase(UUID(people["bob"]))
    assert Erasing(processes.write_model).step() == 1
    processes.settle()
    assert run_verify(roles.settings("audit"), *EVERYTHING, repair=False, as_json=True) == 0


def write(http: httpx.Client) -> dict[str, str]:
    """Two people, one follows the other, who posts twice and deletes once."""
    made = [
        http.post("/users/", json={"handle": who}, headers={"Idempotency-Key": 20 * who})
        for who in ("ada", "bob")
    ]
    ada, bob = (answer.raise_for_status().json()["id"] for answer in made)
    http.post(f"/users/{bob}/follow", headers=as_person(ada)).raise_for_status()
    for text in ("first", "second"):
        posted = http.post("/posts/", json={"text": text}, headers=as_person(bob))
        posted.raise_for_status()
    http.delete(f"/posts/{posted.json()['id']}", headers=as_person(bob)).raise_for_status()
    return {"ada": ada, "bob": bob}


def read(roles: OwnRoles, people: dict[str, str], head: int) -> list[str]:
    """What the query API answers from both stores; the texts of the feed."""
    as_ada = as_person(people["ada"])
    urls = roles.database_url("query_api"), roles.redis_url("query_api")
    api = create_app(database_url=urls[0], redis_url=urls[1], tokens=TOKENS, settings={})
    with served(api) as address, httpx.Client(base_url=address, timeout=30) as http:
        feed = http.get("/feed/", headers=as_ada).raise_for_status().json()
        past = http.get(f"/feed/?as_of={head}", headers=as_ada).raise_for_status().json()
        assert past["items"] == feed["items"]
        post = feed["items"][0]["id"]
        for path in (
            f"/feed/posts/{post}", f"/feed/why/{post}", f"/users/{people['bob']}",
            f"/users/{people['bob']}/posts", f"/users/{people['bob']}/followers",
            "/readyz?verbose", "/debug/health", "/debug/metrics-summary",
        ):  # fmt: skip
            http.get(path, headers=as_ada).raise_for_status()
        with http.stream("GET", "/feed/stream", headers=as_ada) as stream:
            assert next(stream.iter_lines())
    return [item["text"] for item in feed["items"]]


def operate(roles: OwnRoles, processes: Processes) -> None:
    """All that people do by hand."""
    operator = roles.settings("operator")
    assert asyncio.run(show_status(operator, as_json=True)) == 0
    assert show_check(operator) == 0
    every = [*NAMES, RELATIONAL]
    for _ in range(2):
        assert run_rebuild(operator, every, Shape(), activate=True, as_json=True) == 0
    processes.settle()
    for name in (HOME_FEED, RELATIONAL):
        assert activate_generation(operator, name, 2) == 0
        drop_generation(operator, name, 1)
    processes.settle()
    damage(roles)
    assert run_verify(operator, *EVERYTHING, repair=True, as_json=True) == 1
    assert run_verify(operator, *EVERYTHING, repair=False, as_json=True) == 0


def damage(roles: OwnRoles) -> None:
    """Something is lost in both read models."""
    with closing(Redis.from_url(roles.admin_redis_url())) as admin:
        fields = cast("dict[bytes, bytes]", admin.hgetall(generations_key(HOME_FEED)))
        active = active_generation(HOME_FEED, fields)
        assert active is not None
        feeds = list(admin.scan_iter(f"{{{HOME_FEED}:{active.number}:*}}f:*"))
        assert admin.delete(*feeds) == len(feeds) > 0
    with psycopg.connect(roles.owner_url) as connection:
        connection.execute("DELETE FROM slackwater_relational_2.follows")


def replace_history(roles: OwnRoles, processes: Processes) -> None:
    """The store carries another epoch, as after a restore."""
    with psycopg.connect(roles.owner_url) as connection:
        connection.execute("UPDATE slackwater_epoch SET epoch = 'another'")
    relay, processes.relay.own_relay = processes.relay.own_relay, processes.relay.relay()
    relay._member.leave()
    for _ in patiently():
        processes.relay.own_relay.step(no_wait)
        if processes.relay.store.epoch() == processes.relay.stream.epoch() != "another":
            return
    raise AssertionError("the relay did not renew the epoch")
