"""One drill: traffic flows, a fault comes and goes, and all has to be as if it had not been."""

import random
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from tests.drills.convergence import Probe
from tests.drills.crowd import Crowd
from tests.drills.event_loop import event_loop
from tests.drills.judgement import Judgement, judge
from tests.drills.record import Kind, Record, now
from tests.drills.scene import Scene
from tests.drills.stage import Fault, Stage, pause
from tests.drills.traffic import Traffic

LEAD_SECONDS = 1.0
TAIL_SECONDS = 1.0


def nothing(_: Stage) -> AbstractContextManager[None]:
    """No preparation."""
    return nullcontext()


@dataclass(frozen=True, slots=True)
class Drill:
    """A fault, and what is promised while it lasts, beside what is always promised."""

    name: str
    fault: Fault
    prepared: Fault = nothing
    promised: frozenset[Kind] = frozenset()
    """What goes on being answered with 2xx: reads after the first second, writes always."""

    seconds_min: float = 0.0
    why_not: Callable[[], str | None] = lambda: None
    """What this machine lacks for it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How drills are done."""

    seed: int
    seconds: float
    """How long a fault lasts."""

    rate: float


@dataclass(slots=True)
class Result:
    """What a drill showed. Times are of the monotonic clock."""

    drill: Drill
    record: Record
    begun: float
    lifted: float
    ended: float
    converged: float | None
    judgement: Judgement = field(default_factory=Judgement)

    @property
    def broken_promises(self) -> list[str]:
        """What was not answered although it was promised."""
        found: list[str] = []
        promised = self.drill.promised
        for kind, since, share in (
            (Kind.READ, self.begun + 1, 0.999),
            (Kind.WRITE, self.begun, 1.0),
        ):
            attempts = [a for a in self.record.between(since, self.ended) if a.kind is kind]
            failed = [a for a in attempts if not a.succeeded]
            if kind in promised and len(attempts) - len(failed) < share * len(attempts):
                first = f"after {failed[0].begun - self.begun:.2f} s, {failed[0].what}"
                found.append(f"{len(failed)} of {len(attempts)} {kind}s failed: {first}")
        return found

    @property
    def red(self) -> list[str]:
        """Every zero that is none, and every promise that was broken."""
        found = self.judgement.red + self.broken_promises
        if self.record.violations:
            found.append(f"violations: {dict(self.record.violations)}")
        if self.converged is None:
            found.append("did not converge")
        return found


def run(drill: Drill, scene: Scene, plan: Plan) -> Result:
    """Runs one drill to its end, however long it takes to converge (with a bound)."""
    rng = random.Random(f"{plan.seed}/{drill.name}")
    record = Record()
    stage = Stage(scene, rng)
    with drill.prepared(stage), event_loop() as loop:
        # Handles are unique in a store that sees many drills, also the same one again.
        name = f"d{rng.randrange(36**5):x}_{len(scene.played)}"
        scene.played.append(drill.name)
        crowd = Crowd(scene.addresses.gateway, record, name, rng)
        stage.traffic = Traffic(crowd, rng, plan.rate)
        loop.finish(crowd.set_up())
        with Probe(scene, f"{name}_p") as probe:
            flowing = loop.begin(stage.traffic.flow())
            pause(LEAD_SECONDS)
            begun = now()
            with drill.fault(stage):
                pause(max(plan.seconds, drill.seconds_min))
                lifted = now()
            converged = probe.converged_at()
        pause(max(0.0, lifted + TAIL_SECONDS - now()))
        stage.traffic.stop()
        ended = now()
        flowing.result()
        loop.finish(crowd.settle())
        result = Result(drill, record, begun, lifted, ended, converged)
        result.judgement = judge(scene, crowd, loop.finish(crowd.feeds_that_differ()))
        loop.finish(crowd.close())
    return result
