"""Great audiences: from how many followers on an author's posts are merged in by whoever reads."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Greatness:
    """When an author is great in a shard, by the number of their followers among its people.

    They become great with the follow that brings it up to `begins_at`, and cease to be with the
    unfollow that brings it down to `ends_at`. The gap between the two keeps an author at the border
    from changing over again and again. Both 0: nobody is ever great.
    """

    begins_at: int
    ends_at: int

    def __post_init__(self) -> None:
        assert 0 <= self.ends_at < self.begins_at or self.begins_at == self.ends_at == 0

    @property
    def is_possible(self) -> bool:
        """Whether anybody can be great."""
        return self.begins_at > 0


NOBODY_IS_GREAT = Greatness(0, 0)
