"""Rebuilds everything from history and verifies it, in the middle of the demo's traffic."""

from contextlib import closing
from dataclasses import dataclass, field

from launcher.system import Addresses
from projections.catalogue import EVERY_NAME, NAMES
from projections.generations import Generations
from projections.log.store import Store
from projections.progress import Silence
from projections.rebuild.rebuild import Rebuild, Servers
from projections.rebuild.relational import RelationalRebuild
from projections.verify.inspection import Sample
from projections.verify.verification import Verification
from projections.worker import connect_redis


@dataclass(slots=True)
class Proof:
    """How many projections were rebuilt and switched to, and what verification found then."""

    rebuilt: int = 0
    checked: int = 0
    different: int = 0
    differences: list[str] = field(default_factory=list[str])


def rebuild_and_verify(addresses: Addresses) -> Proof:
    """Everything, while posts arrive. Raises SlackwaterError, RedisError."""
    servers = Servers(addresses.database_url, connect_redis(addresses.redis_url))
    proof = Proof()
    with closing(servers.redis), closing(Store(servers.database_url, application="demo")) as store:
        for active in Generations(servers.redis).active(NAMES):
            rebuilt = Rebuild(servers, store, active, Silence()).run(
                shards=active.shards, window=active.window, activate=True
            )
            proof.rebuilt += rebuilt.switched
        with closing(RelationalRebuild(servers.database_url, store, Silence())) as tables:
            proof.rebuilt += tables.run(activate=True).switched
        with Verification(servers.database_url, servers.redis) as verification:
            report = verification.run(EVERY_NAME, Sample(), Silence())
    proof.checked, proof.different = report.checked, report.different
    proof.differences = [str(one) for findings in report.findings for one in findings.differences]
    proof.differences += [f"the stream at {position}" for position in report.chain.broken]
    return proof
