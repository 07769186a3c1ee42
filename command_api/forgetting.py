"""Forgets what commands did, once nobody may repeat them any more. In bounded steps."""

import logging
import threading

from eventsourcing.persistence import PersistenceError

from command_api.application import Slackwater

logger = logging.getLogger(__name__)

REMEMBERED_SECONDS = 24 * 60 * 60
"""How long an Idempotency-Key is kept."""

STEP_COMMANDS_MAX = 1_000
EVERY_SECONDS = 60.0
STOP_SECONDS_MAX = 5.0


class Forgetting:
    """One thread, from `start` to `stop`. Several processes may do it at once."""

    def __init__(self, write_model: Slackwater) -> None:
        self._write_model = write_model
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="forgetting", daemon=True)

    def start(self) -> None:
        """Begins."""
        self._thread.start()

    def stop(self) -> None:
        """Ends after the step that is under way."""
        self._stopped.set()
        self._thread.join(STOP_SECONDS_MAX)

    def step(self) -> int:
        """Forgets some; returns how many. Raises PersistenceError."""
        return self._write_model.recorder.forget_commands(
            seconds=REMEMBERED_SECONDS, limit=STEP_COMMANDS_MAX
        )

    def _run(self) -> None:
        pause = EVERY_SECONDS
        while not self._stopped.wait(pause):
            try:
                more = self.step() == STEP_COMMANDS_MAX
            except PersistenceError as error:
                logger.debug("old commands are forgotten later: %s", error)
                more = False
            pause = 1.0 if more else EVERY_SECONDS
