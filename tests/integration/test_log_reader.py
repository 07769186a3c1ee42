"""The log reader: no gap in the stream is ever skipped; the store fills it."""

import pytest

from projections.log.errors import StoreUnreachable
from projections.log.reader import LogReader
from projections.log.store import Store
from projections.log.stream import STREAM
from tests.integration.pipeline import Pipeline


@pytest.fixture
def reader(pipeline: Pipeline) -> LogReader:
    """A reader of a stream that holds positions 1 to 6."""
    pipeline.people(3)
    pipeline.carry()
    return LogReader(pipeline.stream, pipeline.store)


def positions(reader: LogReader, after: int, limit: int = 100) -> list[tuple[int, int]]:
    return [(entry.prev, entry.position) for entry in reader.read_after(after, limit)]


def test_what_was_trimmed_comes_from_the_store(pipeline: Pipeline, reader: LogReader) -> None:
    pipeline.stream.trim_below(5)
    assert positions(reader, 1, limit=3) == [(1, 2), (2, 3), (3, 4)]


def test_what_is_missing_inside_the_stream_comes_from_the_store(
    pipeline: Pipeline, reader: LogReader
) -> None:
    pipeline.redis.xdel(STREAM, "3-0")
    assert positions(reader, 0) == [(0, 1), (1, 2)]
    assert positions(reader, 2)[0] == (2, 3)


def test_a_stream_without_entries_hides_nothing(pipeline: Pipeline, reader: LogReader) -> None:
    pipeline.redis.xtrim(STREAM, maxlen=0)
    assert [position for _, position in positions(reader, 0)] == [1, 2, 3, 4, 5, 6]


def test_without_the_store_a_gap_is_an_error_and_not_a_jump(
    pipeline: Pipeline, reader: LogReader
) -> None:
    away = Store("host=/nonexistent dbname=none", application="test")
    reader = LogReader(pipeline.stream, away)
    pipeline.stream.trim_below(5)
    with pytest.raises(StoreUnreachable):
        reader.read_after(1, 10)


def test_at_the_head_there_is_nothing_to_read(reader: LogReader) -> None:
    assert positions(reader, 6) == []
