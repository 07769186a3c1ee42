"""`slackwater verify`: holds what users see against history, while everything runs."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from prometheus_client import start_http_server
from redis.exceptions import RedisError
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from domain.errors import SlackwaterError
from launcher.errors import LaunchError
from launcher.figures_of_files import tell_of_files
from launcher.logs import log_to_stderr
from launcher.progress_bar import ProgressBar
from launcher.projection_servers import connect
from launcher.rebuild import check_names
from launcher.settings import Settings
from launcher.stop_signals import stop_when_asked
from projections.verify.inspection import Sample
from projections.verify.verification import Report, Verification
from projections.verify.watch import watch

console = Console()
errors = Console(stderr=True)

EQUAL, DIFFERENT, CANNOT_TELL = 0, 1, 2

DIFFERENCES_SHOWN_MAX = 50


def run_verify(
    settings: Settings, names: Sequence[str], sample: Sample, *, repair: bool, as_json: bool
) -> int:
    """Compares once and prints the report. Returns EQUAL, DIFFERENT or CANNOT_TELL.

    With `repair` what differed is mended, and the answer is still DIFFERENT: a second run tells.
    """
    servers = connect(settings)
    with Verification(servers.database_url, servers.redis) as verification:
        with ProgressBar("verify") as progress:
            report = verification.run(names, sample, progress, repair=repair)
        if as_json:
            print(json.dumps(as_document(report), indent=2))
        else:
            show(report)
    return DIFFERENT if report.different else EQUAL


def run_watch(
    settings: Settings,
    names: Sequence[str],
    sample: Sample,
    *,
    every_seconds: float,
    repair: bool,
) -> int:
    """Audits until Ctrl-C or SIGTERM; figures on the metrics port, if one is set."""
    stop = stop_when_asked()
    log_to_stderr(settings)
    tell_of_files(settings)
    if settings.metrics_port:
        start_http_server(settings.metrics_port, addr=settings.host)
    servers = connect(settings)
    with Verification(servers.database_url, servers.redis) as verification:
        watch(verification, names, sample, every_seconds=every_seconds, repair=repair, stop=stop)
    return EQUAL


def wanted(names: Sequence[str], share: str, seed: int) -> tuple[list[str], Sample]:
    """The projections (none named: all) and the sample that are meant. Raises LaunchError."""
    try:
        rate = float(share.removesuffix("%")) / (100 if share.endswith("%") else 1)
    except ValueError:
        rate = 0.0
    if not 0 < rate <= 1:
        raise LaunchError(f"a sample is a share such as 1% or 0.01, not {share!r}")
    return check_names(names, every=not names), Sample(rate, seed)


def told(verify: Callable[[], int]) -> int:
    """What `verify` returns; if something keeps it from a verdict, says so: CANNOT_TELL."""
    try:
        return verify()
    except RedisError as error:
        reason = f"Redis does not answer: {error}"
    except (SlackwaterError, LaunchError) as error:
        reason = str(error)
    except Exception:  # noqa: BLE001 - whatever it was, it must not look like a verdict
        errors.print_exception()
        reason = "a fault of ours, see above"
    errors.print(f"[bold red]could not tell:[/] {escape(reason)}", highlight=False, soft_wrap=True)
    return CANNOT_TELL


def show(report: Report) -> None:
    """The report, for people."""
    table = Table()
    for column in ("projection", "item"):
        table.add_column(column)
    for column in ("checked", "equal", "different", "positions"):
        table.add_column(column, justify="right")
    for findings in report.findings:
        positions = _span(findings.lowest, findings.highest)
        for item, tally in findings.tallies.items():
            figures = (tally.checked, tally.equal, tally.different)
            table.add_row(
                findings.projection, item, *(f"{figure:,}" for figure in figures), positions
            )
    console.print(table)
    chain = report.chain
    console.print(
        f"stream: {chain.entries:,} entries"
        + (f", positions {_span(chain.first, chain.last)}" if chain.entries else "")
        + f", hash {chain.hash}: "
        + ("[bold red]not as in the store[/]" if chain.broken else "as in the store"),
        highlight=False,
        soft_wrap=True,
    )
    shown = [str(one) for findings in report.findings for one in findings.differences]
    shown += [f"stream: position {position} is not as in the store" for position in chain.broken]
    for difference in shown[:DIFFERENCES_SHOWN_MAX]:
        console.print(f"  {escape(difference)}", highlight=False, soft_wrap=True)
    if len(shown) > DIFFERENCES_SHOWN_MAX:
        console.print(f"  … and {len(shown) - DIFFERENCES_SHOWN_MAX:,} more (--json: all)")
    seconds = f"{report.checked:,} items in {report.seconds:.1f} s"
    if not report.different:
        console.print(f"[green]equal[/]: {seconds}", highlight=False)
    else:
        mended = f", {report.repaired:,} mended: verify again" if report.repaired else ""
        console.print(
            f"[bold red]different[/]: {report.different:,} of {seconds}{mended}", highlight=False
        )


def as_document(report: Report) -> dict[str, Any]:
    """The report, for programs."""
    return {
        "equal": not report.different,
        "seconds": round(report.seconds, 3),
        "repaired": report.repaired,
        "projections": [
            {
                "projection": findings.projection,
                "generation": findings.generation,
                "positions": [findings.lowest, findings.highest],
                "items": {
                    item: {
                        "checked": tally.checked,
                        "equal": tally.equal,
                        "different": tally.different,
                    }
                    for item, tally in findings.tallies.items()
                },
                "differences": [
                    {
                        "shard": one.shard,
                        "item": one.item,
                        "owner": one.owner,
                        "what": str(one.what),
                        "entry": one.entry,
                        "live": one.live,
                        "right": one.right,
                        "position": one.position,
                    }
                    for one in findings.differences
                ],
            }
            for findings in report.findings
        ],
        "stream": {
            "first": report.chain.first,
            "last": report.chain.last,
            "entries": report.chain.entries,
            "hash": report.chain.hash,
            "broken": report.chain.broken,
        },
    }


def _span(lowest: int | None, highest: int) -> str:
    return str(lowest) if lowest == highest else f"{lowest} to {highest}"
