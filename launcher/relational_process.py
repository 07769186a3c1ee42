"""`slackwater relational-projector`: one worker, which needs no Redis."""

from launcher.figures_of_files import tell_of_files
from launcher.logs import log_to_stderr
from launcher.required import database_url
from launcher.settings import Settings
from projections.relational.worker import run_relational_projector


def relational_projector(settings: Settings) -> None:
    """Runs a relational projector until SIGTERM or SIGINT. Raises SettingMissing."""
    log_to_stderr(settings)
    tell_of_files(settings)
    run_relational_projector(
        database_url(settings), settings.poison, settings.host, settings.metrics_port
    )
