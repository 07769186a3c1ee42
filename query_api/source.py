"""What every read can be asked of, whichever store is behind it."""

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from query_api.bodies import PeoplePage, Post, PostPage, Profile
from query_api.freshness import Freshness

Body = TypeVar("Body", PostPage, PeoplePage, Post, Profile)


@dataclass(frozen=True, slots=True)
class Answered(Generic[Body]):
    """A whole answer, and how new it is."""

    body: Body
    fresh: Freshness


class Source(Protocol):
    """The reads, of which each answer shows one moment.

    Pages hold entries below a position (0: the newest), newest first. All methods but the home
    feed raise NotFound; each raises what its store raises when that has no answer.
    """

    async def home_feed(self, caller: UUID, *, below: int, limit: int) -> Answered[PostPage]:
        """A page of somebody's home feed; of who is not registered it is empty."""
        ...

    async def posts_of(self, person_id: UUID, *, below: int, limit: int) -> Answered[PostPage]:
        """A page of what somebody has published."""
        ...

    async def followers(self, person_id: UUID, *, below: int, limit: int) -> Answered[PeoplePage]:
        """A page of who follows somebody."""
        ...

    async def following(self, person_id: UUID, *, below: int, limit: int) -> Answered[PeoplePage]:
        """A page of whom somebody follows."""
        ...

    async def post(self, post_id: UUID) -> Answered[Post]:
        """One post."""
        ...

    async def profile(self, person_id: UUID) -> Answered[Profile]:
        """One person."""
        ...
