"""A low-rate audit that goes on in the background and says what it finds in metrics."""

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import replace

from prometheus_client import Counter, Gauge
from redis.exceptions import RedisError

from projections.log.errors import StoreUnreachable
from projections.progress import Silence
from projections.verify.errors import CannotTell
from projections.verify.inspection import Sample
from projections.verify.verification import Report, Verification

logger = logging.getLogger(__name__)

RUNS = Counter(
    "slackwater_verify_runs_total", "Audits, by outcome: equal, different, unknown.", ["outcome"]
)
CHECKED = Counter("slackwater_verify_checked_total", "Items compared.", ["projection"])
DIFFERENT = Gauge(
    "slackwater_verify_different", "Items that differed in the last audit.", ["projection"]
)
REPAIRED = Counter("slackwater_verify_repaired_total", "Items mended.", ["projection"])
STREAM_BROKEN = Gauge(
    "slackwater_verify_stream_broken", "Entries of the stream that the last audit found wrong."
)
LAST_EQUAL = Gauge(
    "slackwater_verify_last_equal_timestamp_seconds", "When an audit last found all equal."
)
SECONDS = Gauge("slackwater_verify_duration_seconds", "How long the last audit took.")


def watch(
    verification: Verification,
    names: Sequence[str],
    sample: Sample,
    *,
    every_seconds: float,
    repair: bool,
    stop: threading.Event,
) -> None:
    """Audits until asked to stop, each time another sample."""
    run = 0
    while not stop.is_set():
        try:
            report = verification.run(
                names, replace(sample, seed=sample.seed + run), Silence(), repair=repair
            )
        except (CannotTell, StoreUnreachable, RedisError) as error:
            RUNS.labels("unknown").inc()
            logger.warning("could not tell: %s", error)
        except Exception:  # an audit goes on for days: a fault of ours is told, not its end
            RUNS.labels("unknown").inc()
            logger.exception("could not tell, by a fault of ours")
        else:
            _tell(report)
        run += 1
        stop.wait(every_seconds)


def _tell(report: Report) -> None:
    for findings in report.findings:
        CHECKED.labels(findings.projection).inc(sum(t.checked for t in findings.tallies.values()))
        DIFFERENT.labels(findings.projection).set(findings.different)
        REPAIRED.labels(findings.projection).inc(findings.repaired)
        for difference in findings.differences:
            # Values may be texts and names: they are shown to people only, never logged.
            logger.error("differs from history: %s", replace(difference, live="", right=""))
    STREAM_BROKEN.set(len(report.chain.broken))
    SECONDS.set(report.seconds)
    if report.different:
        RUNS.labels("different").inc()
        logger.error("%d of %d items differ from history", report.different, report.checked)
    else:
        RUNS.labels("equal").inc()
        LAST_EQUAL.set(time.time())
        logger.info("%d items equal history (%.1f s)", report.checked, report.seconds)
