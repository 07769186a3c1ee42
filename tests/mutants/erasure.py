"""Mutants of what happens when somebody is erased."""

from tests.mutants.mutant import Mutant
from tests.mutants.targets import ENDS, ERASURE, ERASURE_IN_JOURNAL, SEALING

MUTANTS = (
    Mutant(
        "who is erased is still somebody to other processes",
        "command_api/event_store/append_events.sql",
        "newer.originator_version > standing.originator_version",
        "false",
        ERASURE,
    ),
    Mutant(
        "a key outlives its person",
        "command_api/event_store/erase_people.sql",
        "DELETE FROM {keys} WHERE person = ANY(%(persons)s::uuid[])",
        "SELECT FROM {keys} WHERE person = ANY(%(persons)s::uuid[])",
        ERASURE,
    ),
    Mutant(
        "the stream goes on carrying the key",
        "projections/log/append.lua",
        "redis.call('XDEL', stream, ARGV[i + 6] .. '-0')",
        "",
        ERASURE,
    ),
    Mutant(
        "verification takes what went with an erasure for lost",
        "projections/verify/chain.py",
        "e.position in here or e.originator_id not in erased",
        "True",
        ERASURE,
    ),
    Mutant(
        "verification expects profiles to which there is no key",
        "projections/verify/facts.py",
        "if is_here and is_visible and fact is None:",
        "if False:",
        ERASURE,
    ),
    Mutant(
        "a profile stays",
        "projections/profiles/apply.lua",
        "redis.call('DEL', key)",
        "",
        ERASURE,
    ),
    Mutant(
        "what was rejected stays in the journal",
        "command_api/replay.py",
        "self._journal.forget_person(person)",
        "pass",
        ERASURE_IN_JOURNAL,
    ),
    Mutant(
        "what a process began is taken over at once",
        "command_api/event_store/select_erasures.sql",
        "began_at <= now() - %(seconds)s * interval '1 second'",
        "%(seconds)s >= 0",
        ERASURE,
    ),
    Mutant(
        "who follows the erased person goes on doing so",
        "domain/erasure.py",
        "if person in (follower, followee)",
        "if person == follower",
        ENDS,
    ),
    Mutant(
        "a text opens wherever it is put",
        "domain/sealing.py",
        "self._cipher.encrypt(text.encode(), [what, owner.bytes])",
        "self._cipher.encrypt(text.encode(), [what])",
        SEALING,
    ),
)
