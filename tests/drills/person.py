"""A person of the drill: what they did, what they know of it, and whether answers agree with that.

One write at a time; reads at any time. An answer is held against what was known when it was asked.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

from domain.follow import follow_id
from tests.drills.client import Client, position_of
from tests.drills.record import Record
from tests.drills.write import State, Write


@dataclass(frozen=True, slots=True)
class Known:
    """What was clear at one moment: an answer asked for then has to agree."""

    position: int
    posts: dict[str, int]
    """Own posts that stand, by id, with the position of the answer to their publishing."""

    deleted: frozenset[str]
    following: dict[str, bool]


@dataclass(slots=True)
class Person:
    """Everything goes through their client."""

    client: Client
    record: Record
    handle: str
    id: str = ""
    writes: list[Write] = field(default_factory=list[Write])
    posts: dict[str, Write] = field(default_factory=dict[str, Write])
    """Those that were acknowledged, by id."""

    deletions: dict[str, Write] = field(default_factory=dict[str, Write])
    pairs: dict[str, list[Write]] = field(default_factory=dict[str, list[Write]])
    """By whom they are about. They take turns: follow, unfollow, follow …"""

    busy: bool = False

    async def register(self) -> None:
        """Comes to exist."""
        write = await self.register_somebody(self.handle)
        self.id, self.client.access_token = write.answer["id"], write.answer["access_token"]

    async def register_somebody(self, handle: str) -> Write:
        """Registers a person."""
        return await self._write("POST", "/users/", ("handle", handle), {"handle": handle})

    async def publish(self, text: str) -> None:
        """Publishes; every text is unique."""
        write = await self._write("POST", "/posts/", ("text", text), {"text": text})
        if write.acknowledged:
            self.posts[write.answer["id"]] = write

    async def delete(self, post: str) -> None:
        """Deletes a post of their own."""
        write = Write("DELETE", f"/posts/{post}", ("deletion", post))
        self.deletions[post] = write
        await self._send(write)

    async def turn(self, whom: str) -> None:
        """Follows whom they do not follow, unfollows whom they do."""
        word = "unfollow" if self.follows(whom) else "follow"
        pair = str(follow_id(UUID(self.id), UUID(whom)))
        write = Write("POST", f"/users/{whom}/{word}", ("pair", pair))
        self.pairs.setdefault(whom, []).append(write)
        await self._send(write)

    def follows(self, whom: str) -> bool:
        """As far as is acknowledged."""
        return sum(write.acknowledged for write in self.pairs.get(whom, ())) % 2 == 1

    def standing_posts(self) -> list[str]:
        """Ids of posts whose deletion was never asked for."""
        return [post for post in self.posts if post not in self.deletions]

    def known(self) -> Known:
        """What is clear now. A write that had to be repeated may stand before its answer."""
        return Known(
            position=self.client.position,
            posts={
                post: write.position
                for post, write in self.posts.items()
                if write.position is not None and write.attempts == 1 and post not in self.deletions
            },
            deleted=frozenset(p for p, w in self.deletions.items() if w.state is State.DONE),
            following={
                whom: self.follows(whom)
                for whom, writes in self.pairs.items()
                if all(write.state is State.DONE for write in writes)
            },
        )

    async def read(self, path: str, **parameters: str | int) -> dict[str, Any] | None:
        """What stands there; None if there was no such answer, or one that is old and says so."""
        return await self._read(path, lambda: False, **parameters)

    async def read_feed(self, cursor: str | None) -> dict[str, Any] | None:
        """Reads a long page of their feed."""
        return await self.read("/feed/", limit=100, **({"cursor": cursor} if cursor else {}))

    async def read_post(self, post: str) -> None:
        """Reads an own post, which may be deleted meanwhile."""
        await self._read(f"/feed/posts/{post}", lambda: post in self.deletions)

    async def read_own_page(self, path: str, cursor: str | None = None) -> str | None:
        """Reads a page that shows own posts, holds it against what is known, returns its `next`."""
        known = self.known()
        page = await self.read(path, **({"cursor": cursor} if cursor else {}))
        if page is None:
            return None
        self._hold_page(page, known, path, below=None if cursor is None else int(cursor))
        return page["next"]

    async def read_following(self) -> None:
        """Reads whom they follow."""
        known = self.known()
        page = await self.read(f"/users/{self.id}/following", limit=100)
        if page is None:
            return
        shown = {item["id"] for item in page["items"]}
        unchanged = self.known().following
        for whom, following in known.following.items():
            if unchanged.get(whom) is following and (whom in shown) is not following:
                self.record.violated("own follow not as written", f"{self.handle} {whom}")

    async def _read(
        self, path: str, may_be_gone: Callable[[], bool], **parameters: str | int
    ) -> dict[str, Any] | None:
        known = self.known()
        answer = await self.client.read(path, may_be_gone, **parameters)
        if answer is None or answer.status_code >= 500:
            return None
        if answer.headers.get("Feed-Consistency") == "unmet":
            return None
        self._hold_position(answer, known, path)
        if answer.is_success:
            return answer.json()
        if answer.status_code != 404 or not may_be_gone():
            self.record.violated("refused", f"GET {path}: {answer.status_code} {answer.text}")
        return None

    def _hold_position(self, answer: httpx.Response, known: Known, path: str) -> None:
        position = position_of(answer)
        if position is None or position < known.position:
            self.record.violated("older than seen", f"{path}: {position} < {known.position}")

    def _hold_page(self, page: dict[str, Any], known: Known, path: str, below: int | None) -> None:
        positions = [item["position"] for item in page["items"]]
        shown = Counter(item["id"] for item in page["items"])
        if positions != sorted(set(positions), reverse=True) or len(shown) != len(positions):
            self.record.violated("twice or out of order on a page", f"{path}: {positions}")
        if page["next"] and not positions:
            return
        above = positions[-1] if page["next"] else 0
        for post, position in known.posts.items():
            covered = above < position <= page["as_of"] and (below is None or position < below)
            if covered and post not in shown and post not in self.deletions:
                self.record.violated("own post missing", f"{path}: {post} at {position}")
        for post in known.deleted & shown.keys():
            self.record.violated("own deletion undone", f"{path}: {post}")

    async def ask_what_became_of(self, write: Write) -> None:
        """Asks once about a write that was queued."""
        await self.client.ask_what_became_of(write)
        self._object_if_refused(write)

    async def _write(
        self,
        method: str,
        path: str,
        effect: tuple[str, str],
        body: dict[str, Any] | None = None,
    ) -> Write:
        write = Write(method, path, effect, body)
        await self._send(write)
        return write

    async def _send(self, write: Write) -> None:
        assert not self.busy, "one write at a time"
        self.busy = True
        self.writes.append(write)
        try:
            await self.client.write(write)
        finally:
            self.busy = False
        self._object_if_refused(write)

    def _object_if_refused(self, write: Write) -> None:
        """Everything that is asked for here is in order."""
        if write.state is State.REFUSED:
            self.record.violated("refused", f"{write.method} {write.path}: {write.why}")
