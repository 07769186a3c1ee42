"""The client library: it holds the newest feed token, and repeats what is unclear under one key."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from tests.drills.record import Attempt, Kind, Record, now
from tests.drills.write import State, Write

ANSWER_SECONDS_MAX = 3.0
REPEAT_AFTER_SECONDS = 0.3
READ_WAIT_SECONDS = 1


@dataclass(slots=True)
class Patience:
    """Until when clients repeat what is unclear; by the clock of the record."""

    until: float = float("inf")


class Client:
    """One person's. `position` is the highest that an answer named."""

    def __init__(self, http: httpx.AsyncClient, record: Record, patience: Patience) -> None:
        self._http = http
        self._record = record
        self._patience = patience
        self.access_token: str | None = None
        self.feed_token: str | None = None
        self.position = 0

    async def read(
        self, path: str, may_be_gone: Callable[[], bool], **parameters: str | int
    ) -> httpx.Response | None:
        """The answer, at least as new as everything seen before, unless it says `unmet`."""
        headers = {"Prefer": f"wait={READ_WAIT_SECONDS}"}
        return await self._send(
            Kind.READ, "GET", path, headers, may_be_gone=may_be_gone, params=parameters
        )

    async def write(self, write: Write) -> None:
        """Sends it, again and again under one key, until its outcome is clear or time is up."""
        headers = {"Idempotency-Key": write.key}
        while True:
            write.attempts += 1
            answer = await self._send(
                Kind.WRITE, write.method, write.path, headers, json=write.body
            )
            if answer is not None and _is_clear(answer):
                _note(write, answer)
                return
            if now() > self._patience.until:
                write.why = "no answer" if answer is None else answer.text
                return
            await asyncio.sleep(REPEAT_AFTER_SECONDS)

    async def ask_what_became_of(self, write: Write) -> None:
        """Asks once. The answer carries the token of what was committed."""
        token = write.answer.get("access_token", self.access_token)  # a registration is theirs
        headers = {"Authorization": f"Bearer {token}"}
        answer = await self._send(Kind.READ, "GET", f"{write.command}", headers)
        if answer is None or not answer.is_success:
            write.why = "no answer" if answer is None else answer.text
            return
        became = answer.json()
        if became["state"] == "done":
            write.state = State.DONE
        elif became["state"] == "rejected":
            write.state, write.why = State.REFUSED, str(became["rejection"])

    async def _send(
        self,
        kind: Kind,
        method: str,
        path: str,
        headers: Mapping[str, str],
        may_be_gone: Callable[[], bool] = lambda: False,
        **content: Any,
    ) -> httpx.Response | None:
        """None: no answer."""
        begun = now()
        try:
            answer = await self._http.request(
                method, path, headers=self._own_headers() | dict(headers), **content
            )
        except httpx.HTTPError as error:
            what = f"{method} {path}: {error!r}"
            self._record.attempts.append(Attempt(kind, begun, now(), None, what=what))
            return None
        unmet = answer.headers.get("Feed-Consistency") == "unmet"
        what = f"{method} {path}: {'' if answer.is_success else answer.text}"
        self._record.attempts.append(
            Attempt(kind, begun, now(), answer.status_code, unmet, what, may_be_gone())
        )
        self._hear(answer)
        return answer

    def _own_headers(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        if self.access_token is not None:
            headers["Authorization"] = f"Bearer {self.access_token}"
        if self.feed_token is not None:
            headers["Feed-Token"] = self.feed_token
        return headers

    def _hear(self, answer: httpx.Response) -> None:
        if (position := position_of(answer)) is not None and position > self.position:
            self.position = position
            self.feed_token = answer.headers["Feed-Token"]


def position_of(answer: httpx.Response) -> int | None:
    """The position of the answer's feed token, if it has one."""
    token = answer.headers.get("Feed-Token")
    return None if token is None else int(token.split(".")[1])


def _is_clear(answer: httpx.Response) -> bool:
    """A conflict that names a time is one with the same request, still being carried out."""
    return answer.status_code < 500 and not (
        answer.status_code == 409 and "Retry-After" in answer.headers
    )


def _note(write: Write, answer: httpx.Response) -> None:
    if not answer.is_success:
        write.state, write.why = State.REFUSED, f"{answer.status_code} {answer.text}"
        return
    write.answer = answer.json() if answer.content else {}
    if answer.status_code == 202:
        write.state, write.command = State.QUEUED, answer.headers["Location"]
        return
    write.state, write.position = State.DONE, position_of(answer)
