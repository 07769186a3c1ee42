"""Mutants of verification: what is compared with what, mending, and the chain."""

from tests.mutants.mutant import Mutant
from tests.mutants.targets import (
    BEHIND,
    CHAIN,
    CHECKPOINTS,
    CORRUPTED,
    MENDING,
    MOVING,
    NOBODYS,
    OTHERWISE_WRITTEN,
    SAMPLES,
    STRAYS,
)

_LISTS = "projections/verify/lists.py"
_FOLLOWS = "projections/verify/follows.py"
_FACTS = "projections/verify/facts.py"
_LOOKING = "projections/verify/looking.py"
_INSPECTION = "projections/verify/inspection.py"
_MEND = "projections/verify/mend.lua"
_HOLD = "projections/verify/hold.lua"
_CHAIN = "projections/verify/chain.py"

INSPECTIONS = (
    Mutant(
        "who follows later is in the list already",
        _FOLLOWS,
        "(truth.begin[rows] <= position) & ",
        "",
        BEHIND,
    ),
    Mutant(
        "who unfollows later is out of the list already",
        _FOLLOWS,
        "(truth.end[rows] > position)",
        "(truth.end[rows] == 1 << 62)",
        BEHIND,
    ),
    Mutant(
        "what a list holds is not looked at",
        _LISTS,
        ' or look.whole[begin:] != b"".join(lists[at:to])',
        "",
        CORRUPTED,
    ),
    Mutant(
        "any horizon will do",
        _LISTS,
        "not right[at:to].all() or ",
        "",
        CORRUPTED,
    ),
    Mutant(
        "a fact is there before its event",
        _FACTS,
        " & (wanted <= position)",
        "",
        MOVING,
    ),
    Mutant(
        "a post is gone before it is deleted",
        _FACTS,
        "end[at] > position",
        "end[at] == 1 << 62",
        BEHIND,
    ),
    Mutant(
        "a fact is compared as it is written down",
        _FACTS,
        "self._decoded(live) != fact",
        "live != right",
        OTHERWISE_WRITTEN,
    ),
    Mutant(
        "items are read first and their position afterwards",
        _LOOKING,
        "(position, place, turning, turns), end = read",
        "_, end = read\n"
        "            again = self._answers.at_one_instant(question.packed[:1])\n"
        "            (position, place, turning, turns), _ = strings_at(again, 0)",
        MOVING,
    ),
    Mutant(
        "items are compared in the middle of an event",
        _LOOKING,
        "if int(place or 0) == 0 and not turning:",
        "if not turning:",
        CHECKPOINTS,
    ),
    Mutant(
        "a place inside no event is right",
        _INSPECTION,
        " and not (place and position == self._truth.position)",
        "",
        CHECKPOINTS,
    ),
    Mutant(
        "no checkpoint is one at the beginning",
        _INSPECTION,
        "if found[0] is None:",
        "if found[0] is None and found[1]:",
        CHECKPOINTS,
    ),
    Mutant(
        "keys that should not be there are not looked for",
        _INSPECTION,
        "inspect_strays(self, self._redis, self._generation, self._kinds)\n",
        "pass\n",
        STRAYS,
    ),
    Mutant(
        "a key that means nothing is only removed",
        _INSPECTION,
        'self.findings.compared("stray key", 1, 1, position)',
        'self.findings.compared("stray key", 1, 0, position)',
        STRAYS,
    ),
    Mutant(
        "a horizon of nobody is not looked for",
        "projections/verify/strays.py",
        "if kind.hash is None:",
        "if kind.hash is not None:",
        NOBODYS,
    ),
    Mutant(
        "a sample leaves out none or all",
        _INSPECTION,
        "round(len(owners) * self.rate + 0.5) if len(owners) else 0",
        "len(owners)",
        SAMPLES,
    ),
    Mutant(
        "every sample is the same",
        _INSPECTION,
        "random.Random(self.seed)",
        "random.Random(0)",
        SAMPLES,
    ),
    Mutant(
        "a whole verification is taken for a sample",
        _INSPECTION,
        "if sample.rate >= 1.0:",
        "if sample.rate > 1.0:",
        STRAYS,
    ),
    Mutant(
        "a padded number in a key passes for the number",
        "projections/verify/items.py",
        'return int(text) if b"%d" % int(text) == text else None',
        "return int(text)",
        STRAYS,
    ),
    Mutant(
        "mending writes wherever the shard stands",
        _MEND,
        "found[1] ~= ARGV[1]",
        "false",
        MENDING,
    ),
    Mutant(
        "mending writes in the middle of an event",
        _MEND,
        "tonumber(found[2] or 0) ~= 0",
        "false",
        MENDING,
    ),
    Mutant(
        "mending wakes a shard that rests",
        _MEND,
        "found[3] and found[3] ~= ARGV[3]",
        "found[3]",
        MENDING,
    ),
    Mutant(
        "mending leaves the shard held",
        _MEND,
        "redis.call('HDEL', checkpoint_key, 'held_until')",
        "",
        MENDING,
    ),
    Mutant(
        "holding a shard that rests wakes it in a moment",
        _HOLD,
        "if tonumber(found[3] or 0) < until_ms then",
        "if true then",
        MENDING,
    ),
)

CHAINS = (
    Mutant(
        "the chain is followed without a look at what differs",
        _CHAIN,
        "        chain.broken += _differences(entries, expected)\n",
        "",
        CHAIN,
    ),
    Mutant(
        "the first entry's prev is believed",
        _CHAIN,
        "if chain.last and not store",
        "if False and not store",
        CHAIN,
    ),
    Mutant(
        "what is lost at the end of the stream is not missed",
        _CHAIN,
        "if chain.entries and chain.last < end:",
        "if False:",
        CHAIN,
    ),
    Mutant(
        "what is trimmed meanwhile counts as lost",
        _CHAIN,
        "            return None\n        expected",
        "            pass\n        expected",
        CHAIN,
    ),
    Mutant(
        "a hole between two batches counts as trimmed",
        _CHAIN,
        " and stream.read_after(0, 1) == entries[:1]",
        "",
        CHAIN,
    ),
    Mutant(
        "repair leaves the broken entry in the stream",
        "projections/verify/verification.py",
        "report.chain.broken[-1] + 1",
        "report.chain.broken[-1]",
        CHAIN,
    ),
    Mutant(
        "the stream's differences do not count",
        "projections/verify/verification.py",
        " + len(self.chain.broken)",
        "",
        CHAIN,
    ),
)

MUTANTS = INSPECTIONS + CHAINS
