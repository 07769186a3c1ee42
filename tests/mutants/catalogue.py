"""Every mutant, by what it breaks."""

from tests.mutants import home_feed, log, projections, workers
from tests.mutants.mutant import Mutant

MUTANTS: tuple[Mutant, ...] = (
    *home_feed.MUTANTS,
    *projections.MUTANTS,
    *log.MUTANTS,
    *workers.MUTANTS,
)
