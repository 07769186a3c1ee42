"""What was found, for people and as JSON."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from launcher.scale.reading import CLIENT, CONNECTIONS, Reads
from launcher.scale.sizes import Sizes
from launcher.scale.valkey_kinds import Kind

MIB = 1 << 20


@dataclass(slots=True)
class Report:
    """Seconds and bytes. `peaks`: the most memory by process. `projections`: as `rebuild` says.

    `valkey_grew`: by the rebuild of each projection. `disk`: by what is stored.
    """

    sizes: Sizes
    events: int = 0
    seconds: dict[str, float] = field(default_factory=dict[str, float])
    peaks: dict[str, int] = field(default_factory=dict[str, int])
    projections: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    valkey_grew: dict[str, int] = field(default_factory=dict[str, int])
    kinds: dict[str, Kind] = field(default_factory=dict[str, Kind])
    disk: dict[str, int] = field(default_factory=dict[str, int])
    idle: Reads = field(default_factory=Reads)
    projecting: Reads = field(default_factory=Reads)
    checked: int = 0
    equal: bool = False

    @contextmanager
    def timed(self, phase: str) -> Generator[None]:
        """Measures a phase."""
        began = monotonic()
        yield
        self.seconds[phase] = monotonic() - began

    def peak(self, process: str, size: int) -> None:
        """Notes what a process has now: the most of it stays."""
        self.peaks[process] = max(self.peaks.get(process, 0), size)

    def document(self) -> dict[str, Any]:
        """All of it, for programs."""
        document = asdict(self)
        for name, reads in (("idle", self.idle), ("projecting", self.projecting)):
            del document[name]["took"]
            document[name]["feeds_per_second"] = round(reads.feeds_per_second, 1)
        for name, kind in self.kinds.items():
            document["kinds"][name]["bytes_per_entry"] = round(kind.bytes_per_entry, 2)
        return document | {"read_by": CLIENT, "connections": CONNECTIONS}

    def write(self, path: Path) -> None:
        """Writes the report as JSON."""
        path.write_bytes(
            msgspec.json.format(msgspec.json.encode(self.document()), indent=2) + b"\n"
        )

    def show(self, console: Console) -> None:
        """Prints the report."""
        one = self.sizes
        console.print(
            f"[bold]{one.people:,} people, {one.follows:,} follows, {one.posts:,} posts[/], seed "
            f"{one.seed}: {self.events:,} events",
            highlight=False,
        )
        self._show_phases(console)
        _show(console, "peak memory of", {n: f"{b / MIB:,.0f} MiB" for n, b in self.peaks.items()})
        _show(console, "Valkey holds", self._valkey_rows())
        _show(console, "on disk", {n: f"{b / MIB:,.0f} MiB" for n, b in self.disk.items()})
        self._show_reads(console)
        verdict = f"{self.checked:,} items equal history" if self.equal else "different"
        console.print(f"[bold {'green' if self.equal else 'red'}]{verdict}[/]", highlight=False)

    def _show_phases(self, console: Console) -> None:
        rates = {f"rebuild {one['projection']}": one["events"] for one in self.projections}
        rates["write"] = self.events
        rows = {
            phase: f"{took:,.1f} s"
            + (f", {rates[phase] / took:,.0f} events/s" if rates.get(phase) and took else "")
            for phase, took in self.seconds.items()
        }
        _show(console, "phase", rows)

    def _valkey_rows(self) -> dict[str, str]:
        per = {"profiles": ("person", self.sizes.people), "posts": ("post", self.sizes.posts)}
        rows = {
            name: f"{size / MIB:,.0f} MiB"
            + (f", {size / per[name][1]:,.0f} bytes a {per[name][0]}" if name in per else "")
            for name, size in self.valkey_grew.items()
        }
        for name, kind in self.kinds.items():
            what = "edge" if name == "followers" else "entry"
            rows[f"  {name}"] = (
                f"{kind.bytes / MIB:,.0f} MiB in {kind.keys:,} keys, {kind.entries:,} entries, "
                f"{kind.bytes_per_entry:.1f} bytes an {what}"
            )
        return rows

    def _show_reads(self, console: Console) -> None:
        for name, reads in (("idle", self.idle), ("projecting", self.projecting)):
            console.print(
                f"feeds read {name}: p50 {reads.p50_ms} ms, p99 {reads.p99_ms} ms, "
                f"{reads.feeds_per_second:,.0f}/s by {CONNECTIONS} at a time ({CLIENT}); "
                f"{reads.posts:,} posts meanwhile, greatest lag shown {reads.lag_events_max:,} "
                f"events, {reads.elsewhere:,} not from Redis",
                highlight=False,
                soft_wrap=True,
            )


def _show(console: Console, title: str, rows: dict[str, str]) -> None:
    table = Table(title, "", box=None, padding=(0, 2, 0, 0))
    for name, value in rows.items():
        table.add_row(name, value)
    console.print(table, highlight=False)
