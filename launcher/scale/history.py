"""The events of a network, as the domain's own functions make them for commands."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from domain.events import DomainEvent
from domain.follow import change_follow, follow_id
from domain.person import register
from domain.post import Post, delete, publish
from launcher.scale.network import Network, Numbers, Weights, draw_network
from launcher.scale.sizes import Sizes
from launcher.scale.timeline import Step, Timeline, lay_out

BEGAN = datetime(2025, 1, 1, tzinfo=UTC)
LASTED_SECONDS = 365 * 24 * 60 * 60
STEPS_AT_ONCE = 20_000

TEXT_LENGTH_MEDIAN = 80
TEXT_LENGTH_SIGMA = 0.6
TEXT_LENGTH_MIN, TEXT_LENGTH_MAX = 8, 600
_BOOK = 40 * (
    "The moment between two tides when the sea stands still, and every mooring line hangs slack; "
    "then the water turns, and whoever wanted to leave the harbour has to row a little harder. "
)

Positioned = tuple[int, DomainEvent]


class MadeHistory:
    """Everything that ever happened, for one seed: the same events, ids and times each time."""

    def __init__(self, sizes: Sizes) -> None:
        rng = np.random.default_rng(sizes.seed)
        self.network: Network = draw_network(sizes, rng)
        self.timeline: Timeline = lay_out(sizes.people, self.network, rng)
        self.numbers = self.timeline.positions_of(Step.REGISTER)
        """Of people, by place."""
        self.posts = self.timeline.positions_of(Step.PUBLISH)
        """The numbers of posts, by place."""
        self._person_ids = _ids(rng, _times_of(self.timeline, Step.REGISTER))
        self._post_ids = _ids(rng, _times_of(self.timeline, Step.PUBLISH))
        self._text_starts = rng.integers(0, len(_BOOK) // 2, sizes.posts)
        lengths = rng.lognormal(np.log(TEXT_LENGTH_MEDIAN), TEXT_LENGTH_SIGMA, sizes.posts)
        self._text_lengths = np.clip(lengths, TEXT_LENGTH_MIN, TEXT_LENGTH_MAX).astype(np.int32)

    def person_id(self, place: int) -> UUID:
        """A person's public id."""
        return UUID(bytes=self._person_ids[place].tobytes())

    def events(self) -> Iterator[Positioned]:
        """All events with their positions, which count from 1."""
        people = [self.person_id(place) for place in range(len(self._person_ids))]
        numbers: list[int] = self.numbers.tolist()
        line = self.timeline
        for start in range(0, len(line.step), STEPS_AT_ONCE):
            part = slice(start, start + STEPS_AT_ONCE)
            columns = (line.step[part], line.subject[part], line.time[part], line.position[part])
            for step, subject, time, position in zip(*(c.tolist() for c in columns), strict=True):
                at = _moment(time)
                if step == Step.REGISTER:
                    claim, registered = register(
                        person_id=people[subject],
                        handle=f"person_{subject}",
                        display_name=f"Person {subject}",
                        at=at,
                    )
                    yield position - 1, claim
                    yield position, registered
                elif step in {Step.PUBLISH, Step.DELETE}:
                    yield position, self._post(step, subject, numbers, at)
                else:
                    yield position, self._follow(step, subject, people, numbers, at)

    def _follow(
        self, step: int, pair: int, people: list[UUID], numbers: list[int], at: datetime
    ) -> DomainEvent:
        follower, followee = int(self.network.follower[pair]), int(self.network.followee[pair])
        event = change_follow(
            pair=follow_id(people[follower], people[followee]),
            version=step - Step.FOLLOW,
            follower=numbers[follower],
            followee=numbers[followee],
            following=step != Step.UNFOLLOW,
            at=at,
        )
        assert event is not None, "follow and unfollow take turns"
        return event

    def _post(self, step: int, post: int, numbers: list[int], at: datetime) -> DomainEvent:
        post_id = UUID(bytes=self._post_ids[post].tobytes())
        author = numbers[int(self.network.author[post])]
        if step == Step.PUBLISH:
            start = int(self._text_starts[post])
            text = _BOOK[start : start + int(self._text_lengths[post])]
            return publish(post_id=post_id, author=author, text=text, at=at)
        standing = Post(id=post_id, number=int(self.posts[post]), author=author, version=1)
        event = delete(standing, caller=author, at=at)
        assert event is not None, "a post is deleted once"
        return event


def _moment(time: float) -> datetime:
    return BEGAN + timedelta(seconds=time * LASTED_SECONDS)


def _times_of(line: Timeline, step: Step) -> Weights:
    chosen = line.step == step
    times = np.empty(int(chosen.sum()))
    times[line.subject[chosen]] = line.time[chosen]
    return times


def _ids(rng: Generator, times: Weights) -> NDArray[np.uint8]:
    """A UUID of version 7 for each of these times, 16 bytes a row (RFC 9562, section 5.7)."""
    milliseconds: Numbers = (1_000 * (BEGAN.timestamp() + times * LASTED_SECONDS)).astype(np.int64)
    ids = rng.integers(0, 256, (len(times), 16), np.uint8)
    ids[:, :6] = milliseconds.astype(">u8").view(np.uint8).reshape(-1, 8)[:, 2:]
    ids[:, 6] = (ids[:, 6] & 0x0F) | 0x70
    ids[:, 8] = (ids[:, 8] & 0x3F) | 0x80
    return ids
