"""Whether Redis and the event store hold the same history at all."""

from typing import cast

from redis import Redis

from projections.log.store import Store
from projections.log.stream import EPOCH
from projections.verify.errors import CannotTell


def check_same_history(redis: Redis, store: Store, known: str | None = None) -> None:
    """Raises CannotTell if the stream carries another epoch than the store's, StoreUnreachable.

    Or if either is not the epoch that is `known`, since history was read. A Redis that no relay has
    written to yet carries none, and fits every store.
    """
    carried, held = cast("bytes | None", redis.get(EPOCH)), store.epoch()
    if carried is not None and carried.decode() != held:
        raise CannotTell(
            f"Redis holds epoch {carried.decode()}, the event store is epoch {held}: two different "
            "histories. Are both URLs right? If the store was replaced, the active relay sees to "
            "it: try again shortly"
        )
    if known is not None and held != known:
        raise CannotTell("the event store was replaced while it was compared: verify again")
