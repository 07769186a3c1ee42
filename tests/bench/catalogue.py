"""Every row, in the order in which they are measured."""

from tests.bench.row import Row
from tests.bench.rows import (
    append,
    commands,
    fan_out,
    feed_page,
    graph_memory,
    growth,
    memory,
    not_modified,
    propagation,
    rebuild,
    verify,
)

ROWS: tuple[Row, ...] = tuple(
    module.ROW
    for module in (
        append,
        commands,
        feed_page,
        not_modified,
        fan_out,
        memory,
        graph_memory,
        rebuild,
        propagation,
        verify,
        growth,
    )
)
