"""Somebody who reads their feed all the time, and notes what they are answered."""

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.acceptance.people import Person, position_of

PAUSE_SECONDS = 0.003
READ_SECONDS_MAX = 10.0
LIMIT = 25
"""Below what a window holds: Redis alone answers, if it does."""


@dataclass(frozen=True, slots=True)
class Read:
    """One answer: when it was asked for, how long it took, and what it was."""

    at: float
    seconds: float
    status: int
    source: str
    position: int
    posts: list[int]


@dataclass(slots=True)
class ConstantReader:
    """Reads in a thread of its own."""

    person: Person
    reads: list[Read] = field(default_factory=list[Read])
    _stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Until told to stop."""
        with httpx.Client(base_url=self.person.http.base_url, timeout=READ_SECONDS_MAX) as http:
            while not self._stop.wait(PAUSE_SECONDS):
                started = time.monotonic()
                answer = http.get("/feed/", headers=self.person.headers, params={"limit": LIMIT})
                self.reads.append(_read(answer, started))

    def stop(self) -> None:
        """Lets the thread end."""
        self._stop.set()

    def sources_since(self, moment: float) -> set[str]:
        """Where answers came from that were asked for after a moment."""
        return {read.source for read in self.reads if read.at > moment}

    def share_refused(self, since: float) -> float:
        """Which part of the reads from a moment on had no answer."""
        asked = [read for read in self.reads if read.at >= since]
        return sum(read.status != 200 for read in asked) / max(1, len(asked))

    def assert_nobody_was_led_back(self) -> None:
        """Each answer is at least as new as all before."""
        newest = 0
        for read in self.reads:
            if read.status == 200:
                assert read.position >= newest, f"as of {read.position} after {newest}: {read}"
                newest = read.position

    def assert_complete(self, published: list[int]) -> None:
        """Each answer shows the newest posts that were published up to its position.

        A page is shorter by posts above its position whose bodies were not there yet.
        """
        for read in self.reads:
            if read.status == 200:
                expected = [post for post in published if post <= read.position][::-1][:LIMIT]
                left_out = len([post for post in published if post > read.position])
                assert read.posts == expected[: len(read.posts)], read
                assert len(read.posts) >= len(expected) - left_out, read


def _read(answer: httpx.Response, started: float) -> Read:
    seconds = time.monotonic() - started
    if answer.status_code != 200:
        return Read(started, seconds, answer.status_code, "", 0, [])
    body: dict[str, Any] = answer.json()
    posts = [item["position"] for item in body["items"]]
    source = answer.headers["Feed-Source"]
    return Read(started, seconds, 200, source, position_of(answer), posts)


@contextmanager
def reading(person: Person) -> Generator[ConstantReader]:
    """While the context lasts, this person reads."""
    reader = ConstantReader(person)
    thread = threading.Thread(target=reader.run)
    thread.start()
    try:
        yield reader
    finally:
        reader.stop()
        thread.join()
