"""How much of its memory Valkey uses: a relay asks, since there is always one."""

import logging
import time

from prometheus_client import Gauge
from redis import Redis
from redis.exceptions import NoPermissionError

logger = logging.getLogger(__name__)

EVERY_SECONDS = 10.0

USED = Gauge("slackwater_valkey_used_memory_bytes", "What Valkey holds in memory.")
MAX = Gauge("slackwater_valkey_max_memory_bytes", "What it may hold at most; 0: no limit is set.")


class ValkeyMemory:
    """Keeps the gauges."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._look_at = 0.0

    def look(self) -> None:
        """Asks, if it is time. Raises RedisError if Valkey is away."""
        if time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + EVERY_SECONDS
        try:
            memory = self._client.info("memory")
        except NoPermissionError:
            logger.warning("no figures of Valkey's memory: give this user +info (valkey.acl)")
            self._look_at = float("inf")
            return
        USED.set(memory["used_memory"])
        MAX.set(memory["maxmemory"])
