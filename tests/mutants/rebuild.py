"""Mutants of rebuilding: the switch and who reads meanwhile, generations, catching up."""

from tests.mutants.mutant import Mutant
from tests.mutants.targets import (
    ACTIVATED,
    CATCHING_UP,
    DROPPING,
    LEFT_OUT,
    LOCK,
    NOT_SWITCHED,
    REBUILT,
    REFILL,
    SWITCH,
)

_SWITCH = "projections/switch.lua"
_CHECKPOINT = "projections/checkpoint.lua"
_GENERATIONS = "projections/generations.py"
_READING = "projections/reading.py"
_CATCH_UP = "projections/rebuild/catch_up.py"
_REBUILD = "projections/rebuild/rebuild.py"
_LOCK = "projections/rebuild/lock.py"

SWITCHING = (
    Mutant(
        "a switch does not ask whether the new generation is behind",
        _SWITCH,
        "behind = true",
        "behind = false",
        SWITCH,
    ),
    Mutant(
        "a switch forgets that the old one may be in the middle of an event",
        _SWITCH,
        "position == ahead_position and ahead_place > 0",
        "false",
        SWITCH,
    ),
    Mutant(
        "a switch takes the last shard for the furthest",
        _SWITCH,
        "if position > ahead_position then",
        "if true then",
        SWITCH,
    ),
    Mutant(
        "a switch that has to wait holds nothing",
        _SWITCH,
        "'held_until', string.format('%d', held_until)",
        "'waited_until', string.format('%d', held_until)",
        SWITCH,
    ),
    Mutant(
        "after a switch the old generation is still fed",
        _SWITCH,
        "redis.call('HSET', KEYS[i], 'held_until', ARGV[5])",
        "",
        SWITCH,
    ),
    Mutant(
        "after a switch the new generation rests on",
        _SWITCH,
        "redis.call('HDEL', KEYS[i], 'held_until')",
        "",
        SWITCH,
    ),
    Mutant(
        "a generation takes over from one that is not the active one",
        _SWITCH,
        "if redis.call('HGET', registry, 'active') ~= ARGV[1]\n    or",
        "if",
        SWITCH,
    ),
    Mutant(
        "a hold that is over stays in the checkpoint",
        _CHECKPOINT,
        "redis.call('HDEL', checkpoint_key, 'held_until')",
        "",
        SWITCH,
    ),
    Mutant(
        "a reader answers from a held shard without another look at the pointer",
        _READING,
        "looked.is_there and looked.is_fed",
        "looked.is_there",
        SWITCH,
    ),
    Mutant(
        "a reader takes a generation that is gone for an empty one",
        _READING,
        "position is not None and filling is None",
        "filling is None",
        SWITCH,
    ),
    Mutant(
        "a reader takes a shard that is being filled for a whole one",
        _READING,
        "position is not None and filling is None",
        "position is not None",
        REFILL,
    ),
    Mutant(
        "a shard that begins with nothing is not marked",
        "projections/checkpoint.lua",
        "redis.call('HSET', checkpoint_key, 'filling', 1)",
        "",
        REFILL,
    ),
    Mutant(
        "a shard that was emptied again loses its mark",
        "projections/let_read.lua",
        "or -1) < tonumber(ARGV[1])",
        "or -1) < 0",
        REFILL,
    ),
    Mutant(
        "a reader that found another generation does not look there",
        _READING,
        "            generation = current\n            looked = await look(generation)\n",
        "            break\n",
        SWITCH,
    ),
)

GENERATIONS = (
    Mutant(
        "a heartbeat brings a dropped first generation back",
        _GENERATIONS,
        "if in_use := self.active([projection]):",
        "if (in_use := self.active([projection])) and in_use[0].number == 1:",
        SWITCH,
    ),
    Mutant(
        "a generation that was dropped half-way is taken for complete",
        _GENERATIONS,
        "self._set_aside(generation, building=True)",
        "self._set_aside(generation, building=False)",
        SWITCH,
    ),
    Mutant(
        "dropping leaves the keys",
        _GENERATIONS,
        "self._redis.unlink(*keys)",
        "len(keys)",
        DROPPING,
    ),
    Mutant(
        "a number is given again",
        "projections/announce.lua",
        "elseif fields[i] == 'active' or fields[i] == 'last' then",
        "elseif fields[i] == 'active' then",
        DROPPING,
    ),
    Mutant(
        "waking a generation leaves it held",
        _GENERATIONS,
        'pipe.hdel(shard.checkpoint_key, "held_until")',
        'pipe.hget(shard.checkpoint_key, "held_until")',
        ACTIVATED,
    ),
    Mutant(
        "what a rebuild did not finish stays",
        _REBUILD,
        "self._remove_unfinished()\n        release",
        "release",
        DROPPING,
    ),
    Mutant(
        "a rebuild that fails leaves its generation",
        _REBUILD,
        "self._generations.drop(new, lambda _: None)",
        "None",
        DROPPING,
    ),
    Mutant(
        "a rebuild switches although verification found differences",
        _REBUILD,
        "rebuilt.different or not activate",
        "not activate",
        NOT_SWITCHED,
    ),
    Mutant(
        "a rebuild that need not switch does",
        _REBUILD,
        "rebuilt.different or not activate",
        "rebuilt.different",
        ACTIVATED,
    ),
    Mutant(
        "the loaded generation claims one event less",
        _REBUILD,
        "self._generations.finish(new, rebuilt.position)",
        "self._generations.finish(new, rebuilt.position - 1)",
        REBUILT,
    ),
    Mutant(
        "events decoded at once come topic by topic",
        "projections/history/events.py",
        'np.argsort(places["position"]).tolist()',
        "range(len(positions))",
        REBUILT,
    ),
    Mutant(
        "what is left out is decoded with the rest",
        "projections/history/events.py",
        "if may_decode() else None",
        "",
        LEFT_OUT,
    ),
    Mutant(
        "the lock is always taken",
        _LOCK,
        "row is None or not row[0]",
        "row is None",
        LOCK,
    ),
    Mutant(
        "the lock is one for all projections",
        _LOCK,
        'hashtext(%s))", (_LOCK_CLASS, projection)',
        'hashtext(%s))", (_LOCK_CLASS, "")',
        LOCK,
    ),
    Mutant(
        "catching up stops after one batch",
        _CATCH_UP,
        "if taken < FAST_ENTRIES:",
        "if True:",
        CATCHING_UP,
    ),
    Mutant(
        "catching up stops at the old one's position although it is in the middle of an event",
        _CATCH_UP,
        "while Checkpoint(self._lowest()) < ahead:",
        "while self._lowest() < ahead.position:",
        CATCHING_UP,
    ),
    Mutant(
        "catching up looks at the furthest shard",
        _CATCH_UP,
        "return min(",
        "return max(",
        CATCHING_UP,
    ),
)

MUTANTS = SWITCHING + GENERATIONS
