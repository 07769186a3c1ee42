"""One person's stream: from a place on, every change of their feed once, in order."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator

from fastapi.sse import format_sse_event
from pydantic import BaseModel
from redis.exceptions import RedisError

from projections.errors import ProjectionUnavailable, RelationalUnreachable
from projections.log.entry import Entry
from projections.log.errors import StoreUnreachable
from projections.log.follower import LogFollower
from query_api.bodies import AuthorCameIn, AuthorWentOut, FeedBuiltAnew, FeedItem, PostWentOut
from query_api.feed_stream.beginning import Beginning
from query_api.feed_stream.changes import Added, AuthorCame, AuthorLeft, Change, Removed
from query_api.feed_stream.either_store import Caller, EitherStore
from query_api.feed_stream.errors import StreamEnded
from query_api.feed_stream.left_out import LeftOut
from query_api.feed_stream.place import Place
from query_api.opening import opened_text

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 10.0
IDLE_SECONDS_MAX = 1.0
"""So often a stream to which nothing happens looks whether its feed was built anew."""

POISON_SECONDS = 0.5
"""So often it looks whether an event that nobody can read was put into quarantine."""

_ENDINGS = (
    StreamEnded, StoreUnreachable, ProjectionUnavailable, RelationalUnreachable, RedisError
)  # fmt: skip
"""What ends a stream: something that is needed for the next event does not answer now."""


class Session:
    """For one connection. `place`: what the client has seen."""

    def __init__(
        self,
        stores: EitherStore,
        log: LogFollower,
        left_out: LeftOut,
        caller: Caller,
        place: Place,
        expires_at: float,
    ) -> None:
        self._stores = stores
        self._log = log
        self._left_out = left_out
        self._beginning = Beginning(stores, log, left_out)
        self._caller = caller
        self._place = place
        self._expires_at = expires_at
        self._was_up_to_date = False

    async def events(self) -> AsyncGenerator[bytes]:
        """The events as they are sent; it ends when the caller's token expires."""
        yield self._says("every change of your feed")
        try:
            async for event in self._changes():
                yield event
        except _ENDINGS as error:
            logger.info("a stream ends at position %d: %s", self._place.position, error)
            yield format_sse_event(comment="it goes on when you come again with Last-Event-ID")

    async def _changes(self) -> AsyncGenerator[bytes]:
        subscription = None
        due = time.monotonic() + HEARTBEAT_SECONDS
        while (left := self._expires_at - time.time()) > 0 and self._is_the_same_history():
            self._stores.is_reading(self._caller)
            if await self._was_built_anew():
                subscription = None
                yield self._told("rebuilt", FeedBuiltAnew(as_of=self._place.position))
            if subscription is None:
                subscription = await self._beginning.at(self._place, self._caller)
            there = await self._entries()
            entries = await self._left_out.read(there, self._place.release)
            for entry in entries:
                self._place = self._place.at(entry.position)
                if change := subscription.change(entry):
                    yield await self._event(change)
                    due = time.monotonic() + HEARTBEAT_SECONDS
            if there and not entries:
                await asyncio.sleep(POISON_SECONDS)  # all wait in front of the next event
            elif not there:
                await self._log.wait(self._place.position, min(left, IDLE_SECONDS_MAX))
            if time.monotonic() >= due:
                # An id alone is no event, but the client goes on from it when it comes again.
                yield self._says("still here")
                due = time.monotonic() + HEARTBEAT_SECONDS

    def _is_the_same_history(self) -> bool:
        return not self._log.ended and self._stores.serves(self._place.epoch)

    async def _was_built_anew(self) -> bool:
        """Whether events of what the client has seen count now that did not, or the reverse."""
        before, release = self._place.release, await self._left_out.release()
        if release == before:
            return False
        self._place = Place(self._place.position, self._place.epoch, release)
        return self._left_out.is_otherwise(before, release, self._place.position)

    async def _entries(self) -> list[Entry]:
        position = self._place.position
        entries = self._log.since(position)
        if entries is not None:
            self._was_up_to_date = True
            return entries
        if self._was_up_to_date:
            raise StreamEnded("you read more slowly than the log grows")
        return await self._log.read_after(position)

    async def _event(self, change: Change) -> bytes:
        match change:
            case Added():
                return await self._added(change)
            case Removed():
                return self._told("removed", PostWentOut(id=change.post_id))
            case AuthorCame():
                writer = await self._stores.writer(change.author)
                if writer is None:
                    return self._says("followed somebody who is erased")
                items, more = await self._stores.newest_posts(change.author, change.position)
                told = AuthorCameIn(author=writer.author, items=items, more=more)
                return self._told("followed", told)
            case AuthorLeft():
                writer = await self._stores.writer(change.author)
                if writer is None:  # nobody can say who it was: all of the feed is read anew
                    return self._told("rebuilt", FeedBuiltAnew(as_of=change.position))
                return self._told("unfollowed", AuthorWentOut(author=writer.author))

    async def _added(self, change: Added) -> bytes:
        body, writer = change.body, await self._stores.writer(change.body.author)
        text = writer and opened_text(
            change.post_id, body.text, writer.key, is_sealed=body.is_sealed
        )
        if writer is None or text is None:
            return self._says("a post of somebody who is erased")
        item = FeedItem(
            id=change.post_id, author=writer.author, text=text, created_at=body.at,
            position=change.position,
        )  # fmt: skip
        return self._told("added", item)

    def _told(self, event: str, said: BaseModel) -> bytes:
        return format_sse_event(data_str=said.model_dump_json(), event=event, id=str(self._place))

    def _says(self, comment: str) -> bytes:
        return format_sse_event(comment=comment, id=str(self._place))
