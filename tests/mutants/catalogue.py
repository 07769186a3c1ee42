"""Every mutant, by what it breaks."""

from tests.mutants import (
    bulk_builds,
    consistency,
    home_feed,
    log,
    oracle,
    projections,
    quarantine,
    rebuild,
    restored_store,
    verify,
    workers,
)
from tests.mutants.mutant import Mutant

MUTANTS: tuple[Mutant, ...] = (
    *home_feed.MUTANTS,
    *projections.MUTANTS,
    *log.MUTANTS,
    *restored_store.MUTANTS,
    *workers.MUTANTS,
    *rebuild.MUTANTS,
    *bulk_builds.MUTANTS,
    *oracle.MUTANTS,
    *verify.MUTANTS,
    *consistency.MUTANTS,
    *quarantine.MUTANTS,
)
