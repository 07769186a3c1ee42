"""`slackwater relay` and `slackwater projector`: one worker."""

from launcher.figures_of_files import tell_of_files
from launcher.logs import log_to_stderr
from launcher.required import database_url, redis_url
from launcher.settings import Settings
from launcher.tracing import tracer_of
from projections.worker import WorkerConfig, run_projector, run_relay


def relay(settings: Settings) -> None:
    """Runs a relay until SIGTERM or SIGINT. Raises SettingMissing, TracesUnavailable."""
    log_to_stderr(settings)
    tell_of_files(settings)
    run_relay(_config(settings, "relay"))


def projector(settings: Settings) -> None:
    """Runs a projector until SIGTERM or SIGINT. Raises SettingMissing, TracesUnavailable."""
    log_to_stderr(settings)
    tell_of_files(settings)
    run_projector(_config(settings, "projector"))


def _config(settings: Settings, name: str) -> WorkerConfig:
    return WorkerConfig(
        database_url=database_url(settings),
        redis_url=redis_url(settings),
        metrics_host=settings.host,
        metrics_port=settings.metrics_port,
        shards=settings.shards,
        window=settings.window,
        great=settings.great,
        cold_after=settings.cold_after_seconds,
        poison=settings.poison,
        stream_entries_max=settings.stream_entries_max,
        tracer=tracer_of(settings, name),
    )
