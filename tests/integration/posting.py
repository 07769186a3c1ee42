"""Somebody who posts through a command API, and how her answers compare."""

import json
import re
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from command_api.app import create_app
from command_api.application import Slackwater
from command_api.journal.journal import Journal
from command_api.swift_post.swift_post import SWIFT
from edge.feed_token import Sealing
from tests.integration.command_api import (
    TOKENS,
    as_person,
    register,
    served,
)

SEALING = Sealing.under(TOKENS.ring)
UNUSUAL = {"Prefer": "nothing=in-particular"}
"""What nobody understands changes no answer (RFC 7240), but such a request goes to the route."""

JSON = {"Content-Type": "application/json"}
CHOSEN = re.compile(r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|"[0-9T:.-]+Z"|\w+\.\d+\.[\w=-]{16}')
"""What is another with each post: its id, its time, its feed token."""


class Posting:
    """A command API with a journal, and Ada, who posts."""

    def __init__(self, api: FastAPI, http: httpx.Client) -> None:
        self.api = api
        self.http = http
        self.ada = register(http, "ada")

    @property
    def write_model(self) -> Slackwater:
        return self.api.state.write_model

    def send(self, content: bytes, /, **headers: str) -> tuple[httpx.Response, bool]:
        """The answer, and whether it was a swift one."""
        before = SWIFT._value.get()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.http.post("/posts/", content=content, headers=as_person(self.ada) | named)
        return answer, SWIFT._value.get() > before

    def publish(self, text: str, /, **headers: str) -> tuple[httpx.Response, bool]:
        return self.send(json.dumps({"text": text}).encode(), **JSON | headers)


@pytest.fixture
def posting(write_model: Slackwater, database_url: str, journal_file: Path) -> Generator[Posting]:
    assert write_model.epoch
    with closing(Journal(journal_file)) as journal:
        api = create_app(database_url=database_url, tokens=TOKENS, settings={}, journal=journal)
        with served(api) as address, httpx.Client(base_url=address, timeout=30) as http:
            yield Posting(api, http)


def assert_same(one: httpx.Response, other: httpx.Response) -> None:
    """But for what each post has of its own."""
    assert one.status_code == other.status_code
    assert CHOSEN.sub("*", one.text) == CHOSEN.sub("*", other.text)
    said, otherwise = (
        [(name, CHOSEN.sub("*", value)) for name, value in each.headers.items() if name != "date"]
        for each in (one, other)
    )
    assert sorted(said) == sorted(otherwise)
