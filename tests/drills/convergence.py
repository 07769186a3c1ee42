"""When all is well again: a write is carried out at once, and shown everywhere."""

from types import TracebackType
from typing import Self, cast

import httpx
from redis.exceptions import RedisError

from projections.catalogue import NAMES
from projections.generations import Generations
from tests.drills.client import position_of
from tests.drills.record import now
from tests.drills.scene import Scene
from tests.drills.stage import pause

CONVERGE_SECONDS_MAX = 60.0
LOOK_EVERY_SECONDS = 0.05


class Probe:
    """A person of its own who looks. A context, entered while all is well."""

    def __init__(self, scene: Scene, handle: str) -> None:
        self._scene = scene
        self._http = httpx.Client(base_url=scene.addresses.gateway, timeout=2)
        answer = self._http.post("/users/", json={"handle": handle})
        assert answer.status_code == 201, answer.text
        self._http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        self._written: int | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._http.close()

    def converged_at(self) -> float | None:
        """The first moment at which that is so; None: not in time."""
        until = now() + CONVERGE_SECONDS_MAX
        while now() < until:
            try:
                if self._looks_well():
                    return now()
            except (httpx.HTTPError, RedisError):
                pass
            pause(LOOK_EVERY_SECONDS)
        return None

    def _looks_well(self) -> bool:
        if self._written is None:
            answer = self._http.post("/posts/", json={"text": "all is well"})
            if answer.status_code != 201:
                return False
            self._written = position_of(answer)
        written = self._written
        assert written is not None
        if not all(position >= written for position in self._checkpoints()):
            return False
        feed = self._http.get("/feed/")
        past = self._http.get("/feed/", params={"as_of": written})
        if not (feed.is_success and past.is_success):
            return False
        return (position_of(feed) or 0) >= written and feed.headers["Feed-Source"] == "redis"

    def _checkpoints(self) -> list[int]:
        """Of every shard in Redis; 0 where there is none."""
        redis = self._scene.redis
        active = Generations(redis).active(list(NAMES))
        if len(active) < len(NAMES):
            return [0]
        found = [
            cast("bytes | None", redis.hget(shard.checkpoint_key, "position"))
            for generation in active
            for shard in generation.all_shards()
        ]
        return [int(position or 0) for position in found]
