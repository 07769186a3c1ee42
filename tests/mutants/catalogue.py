"""Every mutant, by what it breaks."""

from tests.mutants import (
    bulk_builds,
    cold_feeds,
    consistency,
    erasure,
    great_authors,
    great_in_columns,
    home_feed,
    home_feed_calls,
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
    *home_feed_calls.MUTANTS,
    *great_authors.MUTANTS,
    *great_in_columns.MUTANTS,
    *cold_feeds.MUTANTS,
    *projections.MUTANTS,
    *log.MUTANTS,
    *erasure.MUTANTS,
    *restored_store.MUTANTS,
    *workers.MUTANTS,
    *rebuild.MUTANTS,
    *bulk_builds.MUTANTS,
    *oracle.MUTANTS,
    *verify.MUTANTS,
    *consistency.MUTANTS,
    *quarantine.MUTANTS,
)
