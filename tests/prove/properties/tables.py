"""The relational projection, loaded from the real store, against the feed rule."""

import asyncio
from contextlib import closing
from typing import TYPE_CHECKING

from domain.feed_rule import feed
from projections.relational.generations import RelationalGenerations
from projections.relational.read import RelationalReader
from tests.prove.properties.comparing import same
from tests.prove.run import Run

if TYPE_CHECKING:
    from tests.prove.real_store import RealStore

POSITIONS_LOOKED_AT = 4
LIMIT_MAX = 7


def the_tables_show_every_feed_as_of_any_position(run: Run, real: "RealStore") -> int:
    """Joined from pages, for everybody, at some positions of the past and at the head."""
    with closing(RelationalGenerations(real.url)) as generations:
        generations.switch(generations.begin())
        for old in generations.all():
            if not old.active:
                generations.drop(old.number)
    return asyncio.run(_compare(run, real.url))


async def _compare(run: Run, url: str) -> int:
    reader, compared = RelationalReader(url), 0
    try:
        chosen = run.rng.choices(run.entries, k=POSITIONS_LOOKED_AT)
        for position in {entry.position for entry in [*chosen, run.entries[-1]]}:
            log = [(entry.position, entry.body) for entry in run.entries]
            log = [one for one in log if one[0] <= position]
            for person in run.people:
                found = await _whole(reader, person, position, run.rng.randint(1, LIMIT_MAX))
                same(found, feed(log, person), f"the feed of {person} as of {position}")
                compared += 1
    finally:
        await reader.close()
    return compared


async def _whole(reader: RelationalReader, person: int, position: int, limit: int) -> list[int]:
    found: list[int] = []
    more = True
    while more:
        below = found[-1] if found else 0
        page = await reader.feed(person, below=below, limit=limit, up_to=position)
        found += [row.number for row in page.posts]
        more = page.more
    return found
