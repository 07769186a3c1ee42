"""Mutants of the calls of the home feed's script: how much each does, and where it ends."""

from tests.mutants.mutant import Mutant
from tests.mutants.targets import ANY_BATCHES, CALLS

_SCRIPT = "projections/home_feed/apply.lua"

MUTANTS = (
    Mutant(
        "a call that ends inside an event claims the whole event",
        _SCRIPT,
        "move_checkpoint(tonumber(before), served)",
        "move_checkpoint(tonumber(position), 0)",
        CALLS,
    ),
    Mutant(
        "an event goes on one follower too far",
        _SCRIPT,
        "move_checkpoint(tonumber(before), served)",
        "move_checkpoint(tonumber(before), served + 1)",
        CALLS,
    ),
    Mutant(
        "an event goes on one follower too early",
        _SCRIPT,
        "move_checkpoint(tonumber(before), served)",
        "move_checkpoint(tonumber(before), served - 1)",
        CALLS,
    ),
    Mutant(
        "a call that its budget ends claims the whole batch",
        _SCRIPT,
        "move_checkpoint(done, 0)",
        "move_checkpoint(tonumber(ARGV[3]), 0)",
        CALLS,
    ),
    Mutant(
        "every call inside a post gives it to its author again",
        _SCRIPT,
        "if place == 0 then\n                push(",
        "if true then\n                push(",
        CALLS,
    ),
    Mutant(
        "the place inside an event is taken for the next event's too",
        _SCRIPT,
        "    place = 0\n",
        "",
        ANY_BATCHES,
    ),
    Mutant(
        "a batch ends at its last event that concerned the shard",
        _SCRIPT,
        "return move_checkpoint(tonumber(ARGV[3]), 0)",
        "return move_checkpoint(done, place)",
        ANY_BATCHES,
    ),
    Mutant(
        "a follow counts as no work, however much it merges",
        _SCRIPT,
        "(#mine + #merged) / COPIED_PER_DELIVERY",
        "0",
        CALLS,
    ),
    Mutant(
        "an unfollow counts as no work, however much it takes out of a long feed",
        _SCRIPT,
        "spent = spent + (#mine + #kept) / COPIED_PER_DELIVERY",
        "",
        CALLS,
    ),
    Mutant(
        "taking out a few posts counts as no work",
        _SCRIPT,
        "spent = spent + count * 2",
        "",
        CALLS,
    ),
    Mutant(
        "looking through an author's window counts as no work",
        _SCRIPT,
        "spent = spent + #posts / COPIED_PER_DELIVERY",
        "",
        CALLS,
    ),
)
