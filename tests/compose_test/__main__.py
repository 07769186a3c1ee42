"""`make compose-test`: what compose/ describes runs as plain processes, is tried, broken, watched.

The command lines, the environment, the health checks, the Caddyfile and Prometheus' files are the
compose file's own; what stands for Docker is an address on loopback for each container.
"""

import signal
import sys
import tempfile
import time
from pathlib import Path
from subprocess import CalledProcessError

from launcher.errors import LaunchError
from tests.acceptance.conftest import WINDOW
from tests.compose_check.tools import ToolMissing
from tests.compose_test.discovery import CaddyfileRefused
from tests.compose_test.figures import Figures
from tests.compose_test.killing import Killed, kill_one_of_each, see_them_rejoin
from tests.compose_test.project import prepare
from tests.compose_test.suite import run_suite
from tests.compose_test.system import ComposeSystem, Failed, compose_system

SETTINGS = {"SLACKWATER_WINDOW": str(WINDOW), "SLACKWATER_SHARDS": "3"}
"""What the acceptance suite expects of the system that it meets."""

VERIFY_SECONDS_MAX = 120
LAST_WORDS = 8

_began = time.monotonic()


def main() -> int:
    """Returns 0 if everything went as it should, else 1."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # it ends in order, as by Ctrl-C
    with tempfile.TemporaryDirectory(prefix="slackwater-compose-") as directory:
        place = Path(directory)
        place.chmod(0o711)  # Postgres may run as somebody else
        try:
            project = prepare(place, SETTINGS)
            with compose_system(project, place, tell) as system:
                tell("everything is healthy")
                _try_all(system)
        except (AssertionError, CalledProcessError, CaddyfileRefused, Failed, LaunchError) as fault:
            said = fault.stderr if isinstance(fault, CalledProcessError) else ""
            return _failed(f"{fault}\n{said}", place)
        except ToolMissing as missing:
            return _failed(str(missing), place)
        except KeyboardInterrupt:
            return _failed("interrupted", place)
    tell("the compose file does what it says")
    return 0


def _try_all(system: ComposeSystem) -> None:
    gateway, killed = system.url("gateway", 8000), list[Killed]()

    def half_way() -> None:
        killed.extend(kill_one_of_each(system))
        names = ", ".join(one.container.name for one in killed)
        print(f"\nhalf-way: killed {names}")

    code = run_suite(gateway, half_way)
    assert code == 0, f"the acceptance suite ended with code {code}"
    assert killed, "nothing was killed"
    see_them_rejoin(system, gateway, killed)
    tell("all that were killed are back and do their part")
    _verify(system)
    _look_at_figures(Figures(system.url("prometheus", 9090)))


def _verify(system: ComposeSystem) -> None:
    [operator] = system.containers["operator"]
    program, _ = operator.command
    done = operator.run([program, "verify"], VERIFY_SECONDS_MAX)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    tell("slackwater verify finds no difference")


def _look_at_figures(figures: Figures) -> None:
    missing = figures.missing_data()
    assert not missing, "\n".join(missing)
    tell(f"{figures.number_of_queries()} queries of dashboards and rules have data")
    faulty = figures.faulty_rules() + figures.parts_down()
    assert not faulty, "\n".join(faulty)
    tell("every rule can be evaluated, no alarm fires, Prometheus reaches every part")


def _failed(why: str, place: Path) -> int:
    for log in sorted(place.glob("*.log")):
        words = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_WORDS:]
        print(f"--- {log.stem}", *words, sep="\n")
    print(f"FAULT  {why}")
    return 1


def tell(what: str) -> None:
    """A line of progress, with the seconds since the beginning."""
    print(f"{time.monotonic() - _began:5.0f} s  {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
