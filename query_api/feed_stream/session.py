"""One person's stream: from a position on, every change of their feed once, in order."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from fastapi.sse import format_sse_event
from pydantic import BaseModel
from redis.exceptions import RedisError

from domain.errors import UnreadableEvent
from projections.errors import ProjectionUnavailable
from projections.log.entry import Entry
from projections.log.errors import StoreUnreachable
from projections.log.follower import LogFollower
from projections.profiles.keys import StoredProfile
from query_api.bodies import AuthorCameIn, AuthorWentOut, FeedItem, PostWentOut
from query_api.feed_stream.changes import (
    Added,
    AuthorCame,
    AuthorLeft,
    Change,
    Removed,
    Subscription,
    as_it_was,
)
from query_api.feed_stream.errors import StreamEnded
from query_api.items import author, hydrate_posts
from query_api.read_models import ReadModels

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 10.0
FOLLOWEES_MAX = 1_000_000
POSTS_OF_NEW_AUTHOR_MAX = 100
FACT_SECONDS_MAX = 5.0
"""How long a stream waits for a read model that is behind the log."""


_ENDINGS = (
    StreamEnded, StoreUnreachable, ProjectionUnavailable, UnreadableEvent, RedisError
)  # fmt: skip
"""What ends a stream: something that is needed for the next event does not answer now."""


@dataclass(frozen=True, slots=True)
class Session:
    """For one connection. `after`: the position that the client has seen."""

    models: ReadModels
    log: LogFollower
    person: int
    after: int
    expires_at: float

    async def events(self) -> AsyncGenerator[bytes]:
        """The events as they are sent; it ends when the caller's token expires."""
        position = self.after
        yield format_sse_event(comment="every change of your feed", id=str(position))
        try:
            subscription = await self._subscription()
            was_up_to_date = False
            while (left := self.expires_at - time.time()) > 0 and not self.log.ended:
                entries = self.log.since(position)
                if entries is None and was_up_to_date:
                    raise StreamEnded("you read more slowly than the log grows")
                if entries is None:
                    entries = await self.log.read_after(position)
                else:
                    was_up_to_date = True
                for entry in entries:
                    if change := await self._change(subscription, entry):
                        yield await self._event(change)
                    position = entry.position
                if not entries and not await self.log.wait(position, min(left, HEARTBEAT_SECONDS)):
                    # An id alone is no event, but the client goes on from it when it comes again.
                    yield format_sse_event(comment="still here", id=str(position))
        except _ENDINGS as error:
            logger.info("a stream ends at position %d: %s", position, error)
            yield format_sse_event(comment="it goes on when you come again with Last-Event-ID")

    async def _change(self, subscription: Subscription, entry: Entry) -> Change | None:
        """What an event changes. What feeds went past although it cannot be read, they left out."""
        try:
            return subscription.change(entry)
        except UnreadableEvent:
            feed_position = await self.models.home_feed.position_of(self.person)
            if feed_position < entry.position:
                raise
            return None

    async def _subscription(self) -> Subscription:
        """Whose posts are in the feed as of where the stream begins."""
        page = await self.models.profiles.followees(self.person, below=0, limit=FOLLOWEES_MAX)
        if page.position > self.after:
            since = [entry async for entry in self._between(self.after, page.position)]
            return as_it_was(self.person, page.people, since)
        subscription = Subscription(self.person, page.people)
        async for entry in self._between(page.position, self.after):
            subscription.change(entry)
        return subscription

    async def _between(self, after: int, until: int) -> AsyncGenerator[Entry]:
        while after < until:
            entries = await self.log.read_after(after)
            if not entries:
                raise StreamEnded(f"the log does not reach from {after} to {until} here")
            for entry in entries:
                if entry.position > until:
                    return
                yield entry
            after = entries[-1].position

    async def _event(self, change: Change) -> bytes:
        match change:
            case Added():
                profile = await self._profile(change.body.author)
                item = FeedItem(
                    id=change.post_id,
                    author=author(profile),
                    text=change.body.text,
                    created_at=change.body.at,
                    position=change.position,
                )
                return _told("added", change.position, item)
            case Removed():
                return _told("removed", change.position, PostWentOut(id=change.post_id))
            case AuthorCame():
                return _told("followed", change.position, await self._author_came(change))
            case AuthorLeft():
                profile = await self._profile(change.author)
                return _told("unfollowed", change.position, AuthorWentOut(author=author(profile)))

    async def _author_came(self, change: AuthorCame) -> AuthorCameIn:
        profile = await self._profile(change.author)
        deadline = time.monotonic() + FACT_SECONDS_MAX
        while True:
            page = await self.models.home_feed.posts_of(
                change.author, below=change.position, limit=POSTS_OF_NEW_AUTHOR_MAX
            )
            hydrated = await hydrate_posts(self.models, page.posts, page.position)
            if hydrated.as_of >= change.position:
                break
            # The log is ahead: what the author posted just before would be in neither.
            if time.monotonic() > deadline:
                raise StreamEnded(f"read models are at {hydrated.as_of}, not at {change.position}")
            await asyncio.sleep(0.05)
        more = page.more or page.horizon > 0
        return AuthorCameIn(author=author(profile), items=hydrated.items, more=more)

    async def _profile(self, number: int) -> StoredProfile:
        deadline = time.monotonic() + FACT_SECONDS_MAX
        while (found := (await self.models.people.get([number])).get(number)) is None:
            if time.monotonic() > deadline:
                raise StreamEnded(f"the profile of person number {number} is not here yet")
            await asyncio.sleep(0.05)
        return found


def _told(event: str, position: int, said: BaseModel) -> bytes:
    return format_sse_event(data_str=said.model_dump_json(), event=event, id=str(position))
