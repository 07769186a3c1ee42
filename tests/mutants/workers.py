"""Mutants of the projector's loop and of the membership that divides the work."""

from tests.mutants.mutant import Mutant
from tests.mutants.targets import DIVISION, MEMBERSHIP, RECOVERY, RELAY, UNFINISHED

MUTANTS = (
    Mutant(
        "a projector does not look again where its shards stand",
        "projections/projector.py",
        "found = self._generations.checkpoints(mine)",
        "found = {s: self._checkpoints.get(s, Checkpoint()) for s in mine}",
        RECOVERY,
    ),
    Mutant(
        "a batch that was not finished counts as applied",
        "projections/projector.py",
        "self._checkpoints[shard] = reached",
        "self._checkpoints[shard] = Checkpoint(entries[-1].position)",
        UNFINISHED,
    ),
    Mutant(
        "a shard begins although there is a history",
        "projections/projector.py",
        " and self._log.is_empty()",
        "",
        RECOVERY,
    ),
    Mutant(
        "every relay is the active one",
        "projections/membership.py",
        "return self._alive[:1] == [self.name]",
        "return True",
        RELAY,
    ),
    Mutant(
        "the newest member is the active one",
        "projections/membership.py",
        "self._alive[:1]",
        "self._alive[-1:]",
        RELAY,
    ),
    Mutant(
        "every projector takes every shard",
        "projections/membership.py",
        "self._alive.index(self.name) :: len(self._alive)",
        "0::1",
        DIVISION,
    ),
    Mutant(
        "the last shards are nobody's",
        "projections/membership.py",
        ":: len(self._alive)]",
        ":: len(self._alive) + 1]",
        DIVISION,
    ),
    Mutant(
        "a member that leaves stays until its lease ends",
        "projections/membership.py",
        "        self._call(0)\n",
        "",
        DIVISION,
    ),
    Mutant(
        "a membership never ends",
        "projections/membership.lua",
        "redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now_ms)",
        "",
        MEMBERSHIP,
    ),
    Mutant(
        "a heartbeat does not renew the lease",
        "projections/membership.lua",
        "redis.call('ZADD', KEYS[1], ",
        "redis.call('ZADD', KEYS[1], 'NX', ",
        MEMBERSHIP,
    ),
    Mutant(
        "members rank by their last heartbeat, so every heartbeat changes hands",
        "projections/membership.lua",
        "table.sort(members)",
        "",
        MEMBERSHIP,
    ),
)
