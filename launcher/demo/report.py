"""What the demo found, for people and as JSON."""

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from launcher.demo.proof import Proof


@dataclass(slots=True)
class Reads:
    """Feed pages read during one phase, by outcome, and the greatest lag that they showed."""

    ok: int = 0
    refused: int = 0
    lag_events_max: int = 0
    lag_seconds_max: float = 0.0


@dataclass(slots=True)
class Comparison:
    """Every feed against the feed rule, folded over the event store."""

    feeds: int = 0
    equal: int = 0
    entries: int = 0
    differences: list[str] = field(default_factory=list[str])


@dataclass(slots=True)
class Report:
    """All of it. Times in seconds unless the name says otherwise."""

    people: int = 0
    follows: int = 0
    unfollows: int = 0
    posts: int = 0
    deletes: int = 0
    commands_per_second: float = 0.0
    propagation_ms_p50: float = 0.0
    propagation_ms_p99: float = 0.0
    propagation_samples: int = 0
    catch_up_seconds: float = 0.0
    catch_up_events: int = 0
    reads: dict[str, Reads] = field(default_factory=dict[str, Reads])
    proof: Proof = field(default_factory=Proof)
    comparison: Comparison = field(default_factory=Comparison)
    total_seconds: float = 0.0

    @property
    def converged(self) -> bool:
        """Whether every feed equals the feed rule, and verification found nothing before."""
        compared = self.comparison
        return 0 < compared.feeds == compared.equal and not self.proof.different

    def write(self, path: Path) -> None:
        """Writes the report as JSON."""
        document: dict[str, Any] = asdict(self) | {"converged": self.converged}
        path.write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n")

    def show(self, console: Console) -> None:
        """Prints the report."""
        table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
        for name, value in self._rows().items():
            table.add_row(f"[bold]{name}[/]", value)
        console.print(table, highlight=False)
        self._show_reads(console)
        for difference in [*self.proof.differences, *self.comparison.differences][:20]:
            console.print(f"[bold red]different[/] {difference}", highlight=False)
        verdict = f"converged: {self.comparison.equal} of {self.comparison.feeds} feeds"
        console.print(f"[bold {'green' if self.converged else 'red'}]{verdict}[/]")

    def _rows(self) -> dict[str, str]:
        compared = self.comparison
        return {
            "played": f"{self.people:,} people, {self.follows:,} follows, {self.unfollows:,} "
            f"unfollows, {self.posts:,} posts, {self.deletes:,} deletions",
            "commands": f"{self.commands_per_second:,.0f} a second, through the gateway",
            "propagation": f"p50 {self.propagation_ms_p50:.1f} ms, p99 "
            f"{self.propagation_ms_p99:.1f} ms, post answered → seen by a follower "
            f"({self.propagation_samples} samples)",
            "catch-up": f"{self.catch_up_events:,} events in {self.catch_up_seconds:.2f} s, after "
            "every projector had been stopped",
            "rebuilt": f"{self.proof.rebuilt} projections from history while posts arrived; then "
            f"{self.proof.checked:,} items verified, {self.proof.different:,} different",
            "compared": f"{compared.entries:,} feed entries: all pages of every feed",
            "time": f"{self.total_seconds:.0f} s",
        }

    def _show_reads(self, console: Console) -> None:
        table = Table("while", "feeds read", "refused", "greatest lag shown")
        for phase, reads in self.reads.items():
            lag = f"{reads.lag_events_max:,} events, {reads.lag_seconds_max:.2f} s"
            table.add_row(phase, f"{reads.ok:,}", f"{reads.refused:,}", lag)
        console.print(table)
