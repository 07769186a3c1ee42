"""Writing that goes on, carried and projected, while a test looks at something else."""

import threading
from itertools import count
from typing import Self

import uuid_utils.compat

from tests.integration.pipeline import Pipeline, no_wait


class Traffic:
    """Posts, deletions, follows and unfollows of three people. A context; faults come out of it."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._stop = threading.Event()
        self._faults: list[BaseException] = []
        self._threads = [
            threading.Thread(target=self._guarded, args=(work,))
            for work in (self._write, self._carry)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()
        assert self._faults == []

    def _guarded(self, work: object) -> None:
        assert callable(work)
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - it is told at the end
            self._faults.append(error)

    def _write(self) -> None:
        write_model, name = self._pipeline.write_model, uuid_utils.compat.uuid7().hex[-8:]
        ids = [write_model.register(handle=f"w_{name}_{n}", display_name=None).id for n in range(3)]
        for number in count():
            if self._stop.is_set():
                return
            author, other = ids[number % 3], ids[(number + 1) % 3]
            post = write_model.publish(author_id=author, text=str(number)).id
            if number % 5 == 0:
                write_model.delete(caller_id=author, post_id=post)
            write_model.set_following(
                follower_id=author, followee_id=other, following=number % 2 == 0
            )

    def _carry(self) -> None:
        projector = self._pipeline.projector()
        while not self._stop.is_set():
            self._pipeline.own_relay.step(no_wait)
            projector.step()
