"""Readers of feeds, as two query APIs would be: each with its own idea of the pointer."""

from collections.abc import Callable

from domain.events import Followed, Unfollowed
from projections.errors import ProjectionUnavailable
from projections.home_feed.read import HomeFeedReader, WindowPage
from projections.log.in_sight import HistoryInSight
from tests.prove import paths
from tests.prove.properties.reading import (
    Paged,
    a_page_shows_exactly_what_its_position_says,
    joined_pages_repeat_nothing_and_leave_nothing_out,
    no_reader_goes_back,
    nothing_is_said_without_a_checkpoint,
)
from tests.prove.properties.windows import as_of, event_inside
from tests.prove.run import Recorded, Run

PAGES_MAX = 40


class Readers:
    """All that read during one history."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._readers = [HomeFeedReader(run.bench.async_redis, HistoryInSight()) for _ in range(2)]
        self._newest: dict[int, int] = {}

    def look_at_the_pointer_again(self) -> None:
        """A second has passed."""
        for reader in self._readers:
            reader._active._known = None

    def forget(self) -> None:
        """A shard is gone, and what it said with it: it will begin again."""
        self._newest = {}

    def read_through(self, meanwhile: Callable[[], object]) -> None:
        """All pages of somebody's feed, while something happens between any two of them."""
        run = self._run
        reader, person = run.rng.choice(self._readers), self._somebody()
        limit, joined, below = run.rng.randint(1, 3), list[Paged](), 0
        for _ in range(PAGES_MAX):
            paged = self._page(reader, person, below, limit)
            if paged is None:
                return
            self._recognise(joined, paged)
            joined.append(paged)
            if not paged.page.more:
                break
            below = paged.page.posts[-1]
            meanwhile()
        run.hold(joined_pages_repeat_nothing_and_leave_nothing_out, person, joined)

    def _somebody(self) -> int:
        """Inside an event often somebody whose feed is cold, if anybody's is."""
        run = self._run
        if run.network.is_inside and run.plan.cools and run.rng.random() < 0.7:
            looks = [run.look(shard) for shard in run.active().all_shards()]
            inside = [look for look in looks if look.checkpoint.place]
            if cold := [one for look in inside for one in run.people if look.is_cold(one)]:
                return run.rng.choice(cold)
        return run.rng.choice(run.people)

    def _page(self, reader: HomeFeedReader, person: int, below: int, limit: int) -> Paged | None:
        run = self._run
        active = run.active()
        look = run.look(active.shard_of(person))
        taken = run.tally.paths
        taken[paths.READ_HELD] += look.held_until > 0
        taken[paths.READ_INSIDE] += look.checkpoint.place > 0
        is_cold = look.is_there and look.is_cold(person)
        taken[paths.COLD_READ] += is_cold
        taken[paths.COLD_READ_INSIDE] += is_cold and look.checkpoint.place > 0
        taken[paths.READ_MERGED] += bool(look.great_followees[person])
        taken[paths.READ_INSIDE_CHANGE] += isinstance(
            event_inside(run, look), Followed | Unfollowed
        )
        known = reader._active._known
        taken[paths.READ_REPLACED] += known is not None and known != active
        reading = reader.feed(person, below=below, limit=limit)
        try:
            page: WindowPage | None = run.bench.loop.run_until_complete(reading)
        except ProjectionUnavailable:
            page = None
        run.hold(nothing_is_said_without_a_checkpoint, look, page)
        if page is None:
            taken[paths.READ_NOTHING_THERE] += 1
            return None
        paged = Paged(page, below, limit, as_of(run, look)[person])
        run.hold(a_page_shows_exactly_what_its_position_says, person, look, paged)
        run.hold(no_reader_goes_back, person, page, self._newest)
        if look.checkpoint.place == 0:
            run.recorded.append(Recorded(person, page.position, look.seen(person)))
        return paged

    def _recognise(self, before: list[Paged], now: Paged) -> None:
        if before:
            taken = self._run.tally.paths
            taken[paths.PAGES_CROSSED] += now.as_of > before[-1].as_of
            taken[paths.PAGES_TRIMMED] += now.page.horizon > before[-1].page.horizon
