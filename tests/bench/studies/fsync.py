"""How often this disk can be made to keep something: the floor under every lone commit.

`python -m tests.bench.studies.fsync [DIRECTORY]`: writes eight kilobytes, one of Postgres' pages,
at the same place again and again, with an `fdatasync` after each, as a log that is written over
does.
"""

import os
import statistics
import sys
import tempfile
import time

ROUNDS = 3_000
PAGE_BYTES = 8_192


def main() -> None:
    """Measures and prints."""
    page = os.urandom(PAGE_BYTES)
    with tempfile.TemporaryFile(dir=sys.argv[1] if len(sys.argv) > 1 else None) as file:
        number = file.fileno()
        os.pwrite(number, page, 0)
        os.fsync(number)
        milliseconds = [_kept(number, page) for _ in range(ROUNDS)]
    cuts = statistics.quantiles(milliseconds, n=100, method="inclusive")
    print(
        f"{1_000 / statistics.mean(milliseconds):,.0f} a second; "
        f"p50 {cuts[49]:.3f} ms, p99 {cuts[98]:.3f} ms"
    )


def _kept(file: int, page: bytes) -> float:
    begun = time.perf_counter()
    os.pwrite(file, page, 0)
    os.fdatasync(file)
    return 1_000 * (time.perf_counter() - begun)


if __name__ == "__main__":
    main()
