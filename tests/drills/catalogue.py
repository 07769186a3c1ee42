"""Every drill, in the order in which they are done."""

from tests.drills.drill import Drill
from tests.drills.faults import clocks, commits, disk, load, valkey
from tests.drills.faults.processes import (
    frozen,
    killed,
    postgres_away_then_command_api_killed,
    restarted,
    stopped,
)
from tests.drills.record import Kind

PROCESSES = (
    "command-api",
    "query-api",
    "relay",
    "projector-1",
    "projector-2",
    "relational-projector",
)

LONGER_THAN_A_LEASE_SECONDS = 4.5

READS, WRITES = frozenset({Kind.READ}), frozenset({Kind.WRITE})
BOTH = READS | WRITES

DRILLS: tuple[Drill, ...] = (
    *(Drill(f"kill {name}", killed(name)) for name in PROCESSES),
    *(
        Drill(f"freeze {name}", frozen(name), seconds_min=LONGER_THAN_A_LEASE_SECONDS)
        for name in PROCESSES
    ),
    Drill("postgres gone", stopped("postgres"), promised=BOTH),
    Drill("kill postgres", killed("postgres"), promised=BOTH),
    Drill("restart postgres", restarted("postgres"), promised=BOTH),
    Drill("cut commits", commits.cut_at_commit, commits.behind_a_proxy),
    Drill("postgres gone, kill command-api", postgres_away_then_command_api_killed),
    Drill("postgres gone, journal full", disk.postgres_away_and_journal_full, promised=READS),
    Drill("redis gone", stopped("valkey"), promised=BOTH),
    Drill("kill redis", killed("valkey"), promised=BOTH),
    Drill("empty redis", valkey.emptied, promised=BOTH),
    Drill("cut redis file", valkey.file_cut, promised=BOTH),
    Drill("redis out of memory", valkey.out_of_memory, promised=BOTH),
    Drill("forget scripts", valkey.scripts_forgotten, promised=BOTH),
    Drill("both stores gone", stopped("postgres", "valkey")),
    Drill("burst", load.burst, promised=BOTH),
    Drill("clocks apart", load.nothing_else, clocks.clocks_apart, BOTH, why_not=clocks.why_not),
)
"""`promised` where the fault is one that users should not notice."""


def named(name: str) -> Drill:
    """The drill of this name."""
    return next(drill for drill in DRILLS if drill.name == name)
