"""The bench measures what it says it measures: cheap rows, so small that figures mean nothing."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.effort import Depth, Effort
from tests.bench.ground import Ground
from tests.bench.measuring import Measured, measure
from tests.bench.report import lines_of
from tests.bench.row import Row
from tests.bench.rows import memory, verify
from tests.places import let_through
from tests.servers import Servers


@contextmanager
def ground(servers: Servers, tmp_path: Path, repetitions: int) -> Generator[Ground]:
    place = let_through(tmp_path)
    effort = Effort(Depth.TINY, repetitions=repetitions)
    with Ground(servers, place, place, effort, seed=7) as ground:
        yield ground


def measured(row: Row, ground: Ground) -> Measured:
    found = measure(row, ground, print)
    assert found.failed is None
    return found


def test_lists_of_numbers_are_found_smaller_than_sorted_sets(
    servers: Servers, tmp_path: Path
) -> None:
    with ground(servers, tmp_path, repetitions=2) as tried:
        found = measured(memory.ROW, tried)
    [line] = lines_of(found)
    assert line.ratio is not None
    assert line.ratio > 5, "what is fixed weighs more than in a run that counts"
    assert line.ours is not None
    assert len(line.ours.values) == 2
    assert line.against is not None
    assert 60 < line.against.median < 100, "what sorted sets of such ids are known to take"


def test_a_network_is_written_built_in_bulk_and_verified(servers: Servers, tmp_path: Path) -> None:
    with ground(servers, tmp_path, repetitions=1) as tried:
        found = measured(verify.ROW, tried)
    assert found.samples[verify.OURS]["checked"].values == (40,)
