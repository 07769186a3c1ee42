"""Runs a relational projector: apart, since no other worker needs what it takes long to import."""

from projections.log.quarantine import Policy, Quarantine
from projections.log.store import Store
from projections.relational.projector import RelationalProjector
from projections.relational.recorder import RelationalRecorder
from projections.worker import prepare, run_steps


def run_relational_projector(
    database_url: str, poison: Policy, metrics_host: str, metrics_port: int
) -> None:
    """Runs a relational projector until SIGTERM or SIGINT. It knows no Redis."""
    stop = prepare(metrics_host, metrics_port)
    name = "slackwater relational-projector"
    store = Store(database_url, application=name)
    quarantine = Quarantine(database_url, poison, application=name)
    recorder = RelationalRecorder(database_url)
    run_steps(RelationalProjector(store, quarantine, recorder).step, stop)
    recorder.close()
    quarantine.close()
    store.close()
