"""`make fuzz`: no request makes a 5xx, and no answer is one that the API does not describe.

Schemathesis draws requests from the OpenAPI documents, valid ones and such as are not, alone and in
chains where one answer feeds the next request, and holds every answer against the document.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx

from tests.acceptance.people import Person
from tests.fuzz.document import document_of, operations_in
from tests.whole_system import whole_system

EXAMPLES = 500
ENDLESS = "/feed/stream"
"""It answers for ever: `tests/acceptance/test_feed_stream.py` reads it."""

REQUEST_SECONDS_MAX = 15

NOT_FOR_US = (
    "positive_data_acceptance", "unsupported_method", "allow_header_conformance",
    "ensure_resource_availability", "use_after_free",
)  # fmt: skip
"""What fits the document may still be against the rules (nobody follows themselves). A method that
a path has in neither half is 404 at the gateway, not 405, since it parts them by method; where both
halves have methods at one path, each allows its own. And who does not send the token of what they
did is answered as of a moment ago, on purpose.
"""


def main() -> int:
    """Returns what Schemathesis does: 0 if nothing was found."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--examples", type=int, default=EXAMPLES, help="of each operation")
    chosen = parser.parse_args()
    print(f"--seed {chosen.seed} --examples {chosen.examples}")
    with tempfile.TemporaryDirectory() as place:
        return _fuzz(Path(place), chosen.seed, chosen.examples)


def _fuzz(place: Path, seed: int, examples: int) -> int:
    report = place / "report.json"
    with whole_system(place / "data") as running:
        gateway = running.addresses.gateway
        with httpx.Client(base_url=gateway) as http:
            token = _somebody(http).token
        document = document_of(gateway)
        (place / "openapi.json").write_text(json.dumps(document))
        code = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "run", str(place / "openapi.json")),
                *("--url", gateway, "--header", f"Authorization: Bearer {token}"),
                *("--exclude-path", ENDLESS, "--request-timeout", str(REQUEST_SECONDS_MAX)),
                *("--exclude-checks", ",".join(NOT_FOR_US)),
                *("--seed", str(seed), "--max-examples", str(examples), "--continue-on-failure"),
                *("--report", "json", "--report-json-path", str(report)),
            ],
            check=False,
        ).returncode
    print(f"{operations_in(document)} operations, seed {seed}")
    return code


def _somebody(http: httpx.Client) -> Person:
    """A person with a feed, so that there is something to find."""
    ada, bob = (Person.register(http, name) for name in ("ada", "bob"))
    ada.follow(bob)
    bob.post("to be found")
    return ada


if __name__ == "__main__":
    sys.exit(main())
