"""What verification has to find and to mend."""

from typing import cast

from projections.shards import Checkpoint, Generation
from projections.verify.findings import Findings
from tests.convergence.contents import contents
from tests.prove.properties.comparing import same, same_keys
from tests.prove.run import Run


def what_is_sound_is_found_sound(_run: Run, findings: Findings) -> int:
    """No difference is named where there is none."""
    same([str(one) for one in findings.differences], [], f"differences of {findings.projection}")
    return sum(tally.checked for tally in findings.tallies.values())


def what_is_damaged_is_found(_run: Run, findings: Findings) -> int:
    """Whatever it is."""
    assert findings.different > 0, f"a damaged {findings.projection} was found sound"
    return 1


def a_repair_never_meets_a_shard_that_moved(
    _run: Run, compared: int, stands: Checkpoint, done: bool
) -> int:
    """What history says as of one position is not written where the shard is at another."""
    same(done, stands == Checkpoint(compared), f"repair as of {compared} of a shard at {stands}")
    return 1


def one_repair_is_enough(_run: Run, repairs: int) -> int:
    """Where nothing moves meanwhile, whatever a repair finds is mended by it."""
    assert repairs <= 1, f"it took {repairs} repairs"
    return 1


def what_is_found_is_mended(
    run: Run, second: Findings, generation: Generation, sound: dict[str, object]
) -> int:
    """A second run finds nothing, and everything is what it was before."""
    same(
        [str(one) for one in second.differences], [], f"differences of {second.projection}, mended"
    )
    now = contents(run.bench.redis, generation)
    if any("warmth" in key for key in sound):
        now, sound = _in_any_order(now), _in_any_order(sound)
    return same_keys(now, sound, f"{generation}, mended")


def _in_any_order(found: dict[str, object]) -> dict[str, object]:
    """Followers whose feeds were built again at one position may stand in any order."""
    return {
        key: sorted(cast("list[bytes]", value)) if "b'r:" in key or "b'g:" in key else value
        for key, value in found.items()
    }
