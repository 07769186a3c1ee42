"""A progress bar on the terminal's error stream, so that what is printed can be piped."""

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn


class ProgressBar:
    """Satisfies `projections.progress.Progress`. Use it as a context."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[detail]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task(title, detail="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def begin(self, phase: str, total: int | None) -> None:
        """A phase begins, of so many steps if that is known."""
        self._started = time.monotonic()
        self._bar.remove_task(self._task)
        self._task = self._bar.add_task(f"{self._title}: {phase}", total=total, detail="")

    def at(self, done: int, detail: str = "") -> None:
        """So many steps of the phase are done."""
        self._bar.update(self._task, completed=done, detail=detail)
