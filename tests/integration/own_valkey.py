"""A Valkey of one test: stopped, its append-only file cut or emptied, and started again."""

import shutil
import signal
from pathlib import Path

from redis import Redis

from launcher.child import Child
from launcher.embedded_valkey import EmbeddedValkey
from projections.worker import connect_redis
from tests.waiting import until


class OwnValkey:
    """Runs from the start on."""

    def __init__(self, place: Path) -> None:
        self._place = place / "valkey"
        self._valkey = EmbeddedValkey(self._place, place / "valkey.log")
        self._valkey.prepare()
        self._start()
        self.redis: Redis = connect_redis(self._valkey.url)

    def written(self) -> int:
        """How many bytes the append-only file has by now."""
        return self._log().stat().st_size

    def lose_all_but(self, written: int) -> None:
        """The power fails: what came after so many bytes never reached the disk."""
        self._kill()
        with self._log().open("r+b") as log:
            log.truncate(written)
        self._start()

    def restart(self) -> None:
        """It dies and comes back as it was."""
        self._kill()
        self._start()

    def lose_everything(self) -> None:
        """It comes back on an empty disk."""
        self._kill()
        shutil.rmtree(self._place / "appendonlydir")
        self._start()

    def stop(self) -> None:
        """For good."""
        self.redis.close()
        self._kill()

    def _log(self) -> Path:
        [log] = (self._place / "appendonlydir").glob("*.incr.aof")
        return log

    def _start(self) -> None:
        self._child = Child(self._valkey.program)
        until(self._valkey.accepts_connections, "Valkey answers")

    def _kill(self) -> None:
        self._child.send(signal.SIGKILL)
        self._child.wait()
