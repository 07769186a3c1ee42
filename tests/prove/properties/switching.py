"""What holds when one generation takes over from another."""

from projections.generations import Switched
from projections.home_feed.keys import HOME_FEED
from projections.shards import FOREVER, Checkpoint
from tests.prove.look import Look
from tests.prove.properties.comparing import same
from tests.prove.properties.windows import as_of
from tests.prove.run import Run


def a_switch_is_done_exactly_when_no_reader_would_go_back(
    run: Run, old: list[Look], new: list[Look], switched: Switched
) -> int:
    """Every shard of the new one is at least as far as the furthest of the old one.

    Where that one is inside an event, the new one has to be past it: how many followers it has
    served itself says nothing about which.
    """
    ahead = max(look.checkpoint for look in old)
    would_go_back = [
        str(look.shard)
        for look in new
        if Checkpoint(look.checkpoint.position) < ahead or not look.is_there
    ]
    same(switched.done, not would_go_back, f"a switch while {would_go_back} are behind {ahead}")
    same(switched.ahead, ahead, "the furthest checkpoint")
    if switched.done:
        for look in old:
            for person, shown in as_of(run, look).items():
                home = new[0].shard.generation.shard_of(person)
                [now] = [as_of(run, one)[person] for one in new if one.shard == home]
                is_home = look.shard.generation.shard_of(person) == look.shard
                assert now >= shown or not is_home, (
                    f"feed of {person} showed {shown} before the switch, and {now} after it"
                )
    right = new[0].shard.generation if switched.done else old[0].shard.generation
    same(run.active(), right, f"the active generation of {HOME_FEED}")
    return 1


def a_switch_changes_no_window(
    _run: Run, before: list[Look], after: list[Look], switched: Switched
) -> int:
    """It moves a pointer, lays the old generation to rest, or holds it for a moment."""
    for one, other in zip(before, after, strict=True):
        same(other.checkpoint, one.checkpoint, f"checkpoint of {one.shard}")
        same(other.feeds, one.feeds, f"feeds of {one.shard}")
        same(other.authors, one.authors, f"own windows of {one.shard}")
    old = before[0].shard.generation
    for look in after:
        if look.shard.generation != old:
            assert not (switched.done and look.held_until), f"{look.shard} is active and held"
        elif switched.done:
            same(look.held_until, FOREVER, f"rest of {look.shard}")
        else:
            assert look.held_until > 1, f"{look.shard} is not held"
    return len(before)
