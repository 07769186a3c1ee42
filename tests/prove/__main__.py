"""`python -m tests.prove`: starts its own servers, proves until time is up, and says what it found.

Ends with 1 if anything differed, or if a long campaign did not take every rare path.
"""

import argparse
import contextlib
import random
import shutil
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

from redis import Redis

from tests.prove import paths
from tests.prove.report import Display, summary, write_json
from tests.prove.workers import Campaign, Order
from tests.servers import add_valkey, embedded_servers, empty_database

WORKERS = 2


def main() -> int:
    """Runs a campaign."""
    options = _options()
    order = Order(options.seed, options.seconds, options.histories, options.only)
    workers = 1 if options.only is not None else options.workers
    with _servers(workers) as places, Display(order) as display:
        tally, seconds = Campaign(order, places).run(display.tell)
    summary(order, tally, seconds, with_account=options.only is not None)
    if options.json:
        write_json(options.json, order, tally, seconds)
    forgotten = paths.never_taken(tally.paths) if tally.histories >= paths.HISTORIES_MIN else []
    return int(bool(tally.differences_found or forgotten))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.prove", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long (%(default)s)")
    parser.add_argument(
        "--seed", type=int, default=random.randrange(1_000_000), help="of all chance (random)"
    )
    parser.add_argument("--histories", type=int, help="stop after so many")
    parser.add_argument("--only", type=int, metavar="K", help="replay the history of this number")
    parser.add_argument("--workers", type=int, default=WORKERS, help="processes (%(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    return parser.parse_args()


@contextlib.contextmanager
def _servers(workers: int) -> Generator[list[tuple[str, str]]]:
    """A Valkey and a database for each worker."""
    place = Path(tempfile.mkdtemp(prefix="slackwater-prove-"))
    place.chmod(0o711)  # as root, Postgres runs as another account, which has to pass through
    try:
        with embedded_servers(place) as servers, contextlib.ExitStack() as databases:
            redis_urls = [servers.redis_url] + [
                add_valkey(servers.supervisor, place, f"valkey-{n}") for n in range(1, workers)
            ]
            for url in redis_urls:
                Redis.from_url(url).config_set("appendonly", "no")  # nothing here is to be kept
            yield [
                (url, databases.enter_context(empty_database(servers.postgres_url)))
                for url in redis_urls
            ]
    finally:
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
