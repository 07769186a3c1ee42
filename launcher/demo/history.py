"""A history to play: people, the follows that stand at the start, and what happens then."""

import csv
import gzip
import io
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from launcher.errors import LaunchError

SHIPPED = Path(__file__).with_name("congress")


class Happening(msgspec.Struct, frozen=True):
    """A line of history.jsonl.gz: a follow (follower, followee), or a post (author, perhaps text).

    `at_ms` is Unix time in milliseconds; only its order is played.
    """

    type: Literal["follow", "post"]
    at_ms: int
    follower: str = ""
    followee: str = ""
    author: str = ""
    text: str | None = None


@dataclass(frozen=True, slots=True)
class RecordedHistory:
    """Who, whom, when: people by handle."""

    people: dict[str, str]
    follows: list[tuple[str, str]]
    happenings: list[Happening]

    @property
    def posts(self) -> int:
        """How many of the happenings are posts."""
        return sum(one.type == "post" for one in self.happenings)


def read_history(directory: Path, posts_max: int | None) -> RecordedHistory:
    """Reads a directory of the form that congress/README.md tells. Raises LaunchError."""
    try:
        people = {row["handle"]: row["name"] for row in _rows(directory / "people.csv")}
        follows = [(r["follower"], r["followee"]) for r in _rows(directory / "follows.csv")]
        happenings = list(_happenings(directory / "history.jsonl.gz", posts_max))
    except (OSError, KeyError, UnicodeDecodeError, EOFError, msgspec.MsgspecError) as error:
        raise LaunchError(
            f"{directory} does not hold a history: {error!r}; it needs people.csv "
            "(handle,name), follows.csv (follower,followee) and history.jsonl.gz"
        ) from error
    history = RecordedHistory(people, follows, happenings)
    _refuse_strangers(history)
    return history


def _rows(path: Path) -> Generator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _happenings(path: Path, posts_max: int | None) -> Generator[Happening]:
    posts = 0
    with io.TextIOWrapper(gzip.open(path), encoding="utf-8") as lines:
        for line in lines:
            happening = msgspec.json.decode(line, type=Happening)
            yield happening
            posts += happening.type == "post"
            if posts == posts_max:
                return


def _refuse_strangers(history: RecordedHistory) -> None:
    named = {handle for pair in history.follows for handle in pair}
    for one in history.happenings:
        named |= {one.author} if one.type == "post" else {one.follower, one.followee}
    if strangers := named - history.people.keys():
        raise LaunchError(f"people.csv does not have {sorted(strangers)[:5]}")
