"""Mutants of what happens when the store is replaced by an older one."""

from tests.mutants.mutant import Mutant
from tests.mutants.targets import COMMANDS_AFTER_A_RESTORE, RESTORED

MUTANTS = (
    Mutant(
        "whatever follows a position is taken to follow what was read there",
        "projections/log/store.py",
        "if not is_there or (newest is not None and _content(found[0]) != _content(newest)):",
        "if False:",
        RESTORED,
    ),
    Mutant(
        "another event at that position goes unnoticed while the store answers",
        "projections/log/store.py",
        "_content(found[0]) != _content(newest)",
        "False",
        RESTORED,
    ),
    Mutant(
        "a stream without entries fits every store",
        "projections/log/relay.py",
        '("the stream ends", last),',
        '("the stream ends", 0),',
        RESTORED,
    ),
    Mutant(
        "nobody looks where shards stand when the stream is gone",
        "projections/log/relay.py",
        '("a read model stands", self._derived.furthest_position()),',
        '("a read model stands", 0),',
        RESTORED,
    ),
    Mutant(
        "each relay that notices makes an epoch of its own",
        "projections/log/store.py",
        "if replaces == carried:",
        "if False:",
        RESTORED,
    ),
    Mutant(
        "a relay that slept renews whatever epoch it finds",
        "projections/log/store.py",
        "if epoch != found:",
        "if False:",
        RESTORED,
    ),
    Mutant(
        "a second relay puts the new generations away as well",
        "projections/begin_history.lua",
        "if redis.call('GET', epoch_key) ~= ARGV[1] then",
        "if false then",
        RESTORED,
    ),
    Mutant(
        "shards of the lost history are not held",
        "projections/begin_history.lua",
        "        hold(registry.name, number, entry.shards)\n",
        "",
        RESTORED,
    ),
    Mutant(
        "the lost history's generations go on being read",
        "projections/begin_history.lua",
        "'active', number, number, cjson",
        "number, cjson",
        RESTORED,
    ),
    Mutant(
        "the stream of the lost history goes on",
        "projections/begin_history.lua",
        "redis.call('UNLINK', stream)\n",
        "",
        RESTORED,
    ),
    Mutant(
        "a change of history waits for memory",
        "projections/scripts.py",
        '"relieve": " flags=allow-oom"',
        '"relieve": ""',
        RESTORED,
    ),
    Mutant(
        "a gap is filled from whatever store answers",
        "projections/log/reader.py",
        "if carried != held:",
        "if False:",
        RESTORED,
    ),
    Mutant(
        "an append does not say what it takes for granted",
        "command_api/event_store/append_events.sql",
        "WHERE NOT EXISTS (",
        "WHERE false AND EXISTS (",
        COMMANDS_AFTER_A_RESTORE,
    ),
    Mutant(
        "a refused command keeps the numbers it had",
        "command_api/application.py",
        "self._numbers.forget(people)",
        "continue",
        COMMANDS_AFTER_A_RESTORE,
    ),
)
