"""Lets a generation that is up to date take over from the active one, while everybody reads."""

import logging
import time

from redis.exceptions import RedisError

from domain.errors import UnreadableEvent
from projections.generations import Generations
from projections.log.errors import StoreUnreachable
from projections.membership import HEARTBEAT_SECONDS
from projections.rebuild.catch_up import CatchUp
from projections.rebuild.errors import NotSwitched
from projections.shards import Generation

logger = logging.getLogger(__name__)

HOLD_MS = 500
TRIES_MAX = 20

HANDOVER_SECONDS = 3 * HEARTBEAT_SECONDS
"""After the switch the new generation is fed from here, until projectors have noticed it."""


def switch(generations: Generations, catch_up: CatchUp, old: Generation, new: Generation) -> None:
    """Lets the new generation take over, which `catch_up` feeds.

    The old one is held while the new one comes up to it, each time for HOLD_MS at most, so no
    reader ever sees an older position. Raises NotSwitched, GenerationRefused, StoreUnreachable,
    UnreadableEvent.
    """
    catch_up.to_the_head()
    for _ in range(TRIES_MAX):
        switched = generations.switch(old, new, hold_ms=HOLD_MS)
        if switched.done:
            return
        catch_up.past(switched.ahead)
    raise NotSwitched(
        f"{new.projection} generation {new.number} could not catch up with {old.number} within "
        f"{TRIES_MAX} tries of {HOLD_MS} ms: try again with less traffic"
    )


def hand_over(catch_up: CatchUp) -> None:
    """Feeds the new generation on until the projectors have noticed it.

    Only a help, for less lag: what fails here is made good by them.
    """
    until = time.monotonic() + HANDOVER_SECONDS
    while time.monotonic() < until:
        try:
            if not catch_up.once():
                time.sleep(0.01)
        except (StoreUnreachable, UnreadableEvent, RedisError) as error:
            logger.info("projectors take over at once: %s", error)
            return
