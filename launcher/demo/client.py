"""What a client of Slackwater does, over HTTP only."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

import aiohttp

from launcher.errors import LaunchError

CONNECTIONS = 32
ANSWER_SECONDS_MAX = 30.0
LOOK_EVERY_SECONDS = 0.2


class Refused(LaunchError):
    """An answer that is not 2xx; carries status and problem document."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"HTTP {status}: {text}")
        self.status = status


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can act."""

    id: str
    token: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a feed as the client got it."""

    items: list[dict[str, Any]]
    next: str | None
    as_of: int
    lag_events: int
    lag_seconds: float


class Client:
    """An HTTP client of both halves behind one address."""

    def __init__(self, address: str) -> None:
        self._http = aiohttp.ClientSession(
            address,
            connector=aiohttp.TCPConnector(limit=CONNECTIONS),
            timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS_MAX),
        )
        self.position = 0
        """The highest position that any command of this client was answered with."""

    async def __aenter__(self) -> Self:
        """Opens nothing: connections are made as needed."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Closes the connections."""
        await self._http.close()

    async def register(self, handle: str, display_name: str) -> Person:
        """Registers a person; a blank display name is left to the server."""
        body = {"handle": handle}
        if display_name.strip():
            body["display_name"] = display_name
        answer, _ = await self._command("POST", "/users/", None, body)
        return Person(answer["id"], answer["access_token"])

    async def follow(self, follower: Person, followee: Person, *, following: bool = True) -> None:
        """One person follows another, or no longer."""
        what = "follow" if following else "unfollow"
        await self._command("POST", f"/users/{followee.id}/{what}", follower)

    async def publish(self, author: Person, text: str) -> tuple[str, int]:
        """Publishes a post; returns its id and the position to wait for."""
        answer, position = await self._command("POST", "/posts/", author, {"text": text})
        return answer["id"], position

    async def delete(self, author: Person, post_id: str) -> None:
        """Deletes a post."""
        await self._command("DELETE", f"/posts/{post_id}", author)

    async def feed(self, reader: Person, cursor: str | None = None, limit: int = 20) -> Page:
        """A page of a person's feed."""
        parameters: dict[str, str] = {"limit": str(limit)}
        if cursor is not None:
            parameters["cursor"] = cursor
        body, _ = await self._request("GET", "/feed/", reader, parameters=parameters)
        return Page(
            items=body["items"],
            next=body["next"],
            as_of=body["as_of"],
            lag_events=body["lag"]["events"],
            lag_seconds=body["lag"]["seconds"],
        )

    async def lag_events(self) -> int:
        """How far the shard that is furthest behind is behind."""
        summary, _ = await self._request("GET", "/debug/metrics-summary", None)
        shards = [shard for shards in summary["lag"].values() for shard in shards]
        return max(shard["lag_events"] for shard in shards) if shards else 0

    async def _command(
        self, method: str, path: str, person: Person | None, body: dict[str, str] | None = None
    ) -> tuple[Any, int]:
        answer, headers = await self._request(method, path, person, body=body)
        if "Feed-Token" not in headers:
            who = person or Person(answer["id"], answer["access_token"])
            headers = await self._carried_out(headers["Location"], who)
        position = int(headers["Feed-Token"].split(".")[1])
        self.position = max(self.position, position)
        return answer, position

    async def _carried_out(self, location: str, person: Person) -> Mapping[str, str]:
        """The headers that tell where a command that was queued is done."""
        deadline = time.monotonic() + ANSWER_SECONDS_MAX
        while time.monotonic() < deadline:
            answer, headers = await self._request("GET", location, person)
            if "Feed-Token" in headers:
                return headers
            if rejection := answer.get("rejection"):
                raise Refused(rejection["status"], rejection["detail"])
            await asyncio.sleep(LOOK_EVERY_SECONDS)
        raise Refused(HTTPStatus.GATEWAY_TIMEOUT, f"{location} is still queued")

    async def _request(
        self,
        method: str,
        path: str,
        person: Person | None,
        *,
        parameters: dict[str, str] | None = None,
        body: dict[str, str] | None = None,
    ) -> tuple[Any, Mapping[str, str]]:
        headers = {"Authorization": f"Bearer {person.token}"} if person else {}
        async with self._http.request(
            method, path, headers=headers, params=parameters, json=body
        ) as answer:
            if not answer.ok:
                raise Refused(answer.status, await answer.text())
            return (
                await answer.json() if answer.status != HTTPStatus.NO_CONTENT else None
            ), answer.headers
