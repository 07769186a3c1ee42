"""Whose posts are in a feed where its stream begins, however far the read models are."""

from collections.abc import AsyncGenerator

from projections.log.entry import Entry
from projections.log.follower import LogFollower
from query_api.feed_stream.changes import Subscription, as_it_was
from query_api.feed_stream.either_store import Caller, EitherStore
from query_api.feed_stream.errors import StreamEnded
from query_api.feed_stream.left_out import LeftOut
from query_api.feed_stream.place import Place


class Beginning:
    """From the followees as some read model has them, by the events between it and the place."""

    def __init__(self, stores: EitherStore, log: LogFollower, left_out: LeftOut) -> None:
        self._stores = stores
        self._log = log
        self._left_out = left_out

    async def at(self, place: Place, caller: Caller) -> Subscription:
        """The subscription there.

        Raises StreamEnded, StoreUnreachable, ProjectionUnavailable, RelationalUnreachable.
        """
        known = await self._stores.followees(caller, place.position)
        if known.position > place.position:
            since = [entry async for entry in self._between(place, known.position)]
            was = as_it_was(caller.number, known.people, since)
            if was is not None:
                return was
            known = await self._stores.past_followees(caller, place.position)
        subscription = Subscription(caller.number, known.people)
        async for entry in self._between(place.at(known.position), place.position):
            subscription.change(entry)
        return subscription

    async def _between(self, place: Place, until: int) -> AsyncGenerator[Entry]:
        after = place.position
        while after < until:
            raw = await self._log.read_after(after)
            entries = await self._left_out.read(raw, place.release)
            if not entries:
                raise StreamEnded(f"the log does not reach from {after} to {until} here")
            for entry in entries:
                if entry.position > until:
                    return
                yield entry
            after = entries[-1].position
