"""Mutants of the log on its way: the store's reader, relay, stream, the projectors' reader."""

from tests.mutants.mutant import Mutant
from tests.mutants.targets import BEGINS, READER, RECOVERY, RELAY, RESTORED

APPENDING = (
    Mutant(
        "entries are appended wherever the stream ends",
        "projections/log/append.lua",
        "if last ~= expected then",
        "if false then",
        RELAY,
    ),
    Mutant(
        "entries are appended to a stream of another epoch",
        "projections/log/append.lua",
        "if redis.call('GET', epoch_key) ~= epoch then",
        "if false then",
        RELAY,
    ),
    Mutant(
        "positions are taken to have no holes",
        "projections/log/append.lua",
        "'prev', ARGV[i + 1]",
        "'prev', ARGV[i] - 1",
        RELAY,
    ),
    Mutant(
        "a stream of another epoch is taken over",
        "projections/log/stream.py",
        "nx=True",
        "nx=False",
        RESTORED,
    ),
    Mutant(
        "a stream that was trimmed to nothing ends at 0",
        "projections/log/stream.py",
        'return position_of(info["last-generated-id"])',
        "return newest.position if (newest := self.last_entry()) else 0",
        READER,
    ),
    Mutant(
        "the first entry read from the store names no predecessor",
        "projections/log/entry.py",
        "if entries else position",
        "if entries else 0",
        READER,
    ),
    Mutant(
        "the store is read from the position on, and not after it",
        "projections/log/select_entries.sql",
        "notification_id > ",
        "notification_id >= ",
        READER,
    ),
)

CARRYING = (
    Mutant(
        "a relay keeps its own cursor when the stream refuses it",
        "projections/log/relay.py",
        "            self._last = None\n            return",
        "            return",
        RELAY,
    ),
    Mutant(
        "a relay that stood by goes on at its own cursor",
        "projections/log/relay.py",
        "            self._last = None\n            self._store.close()",
        "            self._store.close()",
        RESTORED,
    ),
    Mutant(
        "a relay that lost the store goes on at its own cursor",
        "projections/log/relay.py",
        "            self._last = None\n            raise",
        "            raise",
        RESTORED,
    ),
    Mutant(
        "a relay without work does not notice that the stream was emptied",
        "projections/log/relay.py",
        "if self._stream.last_position() != last or self._stream.epoch() != self._epoch:",
        "if False:",
        RECOVERY,
    ),
    Mutant(
        "a relay does not look whether the store holds the stream's last entry",
        "projections/log/relay.py",
        "newest is not None and not self._store.holds(newest)",
        "False",
        RESTORED,
    ),
    Mutant(
        "any event at that position counts as the stream's last entry",
        "projections/log/store.py",
        "return row == _content(entry)",
        "return row is not None",
        RESTORED,
    ),
    Mutant(
        "a relay that stands by goes on listening",
        "projections/log/relay.py",
        "            self._store.close()\n",
        "",
        RECOVERY,
    ),
    Mutant(
        "trimming passes the slowest shard",
        "projections/log/relay.py",
        "min(head - STREAM_POSITIONS_KEPT, self._derived.slowest_position())",
        "head - STREAM_POSITIONS_KEPT",
        RELAY,
    ),
    Mutant(
        "trimming goes one entry too far",
        "projections/log/relay.py",
        "self._not_needed_up_to(last) + 1",
        "self._not_needed_up_to(last) + 2",
        RELAY,
    ),
    Mutant(
        "a new stream begins with what nobody needs",
        "projections/log/relay.py",
        "if not last:",
        "if False:",
        BEGINS,
    ),
    Mutant(
        "a new stream begins one entry too late",
        "projections/log/relay.py",
        "read_after(bound - 1, 1)",
        "read_after(bound, 1)",
        BEGINS,
    ),
    Mutant(
        "a stream is begun that is there already",
        "projections/log/begin_after.lua",
        " or redis.call('EXISTS', stream) == 1",
        "",
        BEGINS,
    ),
    Mutant(
        "trimming keeps nothing for readers that come back",
        "projections/log/relay.py",
        "min(head - STREAM_POSITIONS_KEPT, self._derived.slowest_position())",
        "self._derived.slowest_position()",
        RELAY,
    ),
    Mutant(
        "a full stream grows on",
        "projections/log/relay.py",
        "if length > self._entries_max:",
        "if False:",
        RELAY,
    ),
)

READING = (
    Mutant(
        "a gap before the stream's first entry is skipped",
        "projections/log/reader.py",
        "if entries[0].prev != position:",
        "if False:",
        READER,
    ),
    Mutant(
        "a gap inside the stream is skipped",
        "projections/log/reader.py",
        "with_keys(unbroken(entries))",
        "with_keys(entries)",
        READER,
    ),
    Mutant(
        "the entry behind a gap is handed out",
        "projections/log/entry.py",
        "return entries[:number]",
        "return entries[: number + 1]",
        READER,
    ),
    Mutant(
        "an empty read is taken for the end although the stream has been further",
        "projections/log/reader.py",
        "if self._stream.last_position() > position:",
        "if False:",
        READER,
    ),
    Mutant(
        "a gap is filled one position too late",
        "projections/log/reader.py",
        "self._store.read_after(position, limit)",
        "self._store.read_after(position + 1, limit)",
        READER,
    ),
    Mutant(
        "a history that the relay has not carried yet counts as none",
        "projections/log/reader.py",
        "not self._store.read_after(0, 1)",
        "not self._stream.last_position()",
        RECOVERY,
    ),
)

MUTANTS = APPENDING + CARRYING + READING
