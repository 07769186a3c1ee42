"""`make compose-check`: compose/ is read by the programs that will read it, without a container."""

import sys

from tests.compose_check.checks import CHECKS, Fault
from tests.compose_check.tools import ToolMissing


def main() -> int:
    """Prints a line for each check. Returns 1 if one of them finds a fault, or cannot be done."""
    code = 0
    for check in CHECKS:
        name = check.__name__.replace("_", " ")
        try:
            print(f"ok     {name:<18} {check()}")
        except (Fault, ToolMissing) as fault:
            code = 1
            print(f"FAULT  {name:<18} {fault}")
    return code


if __name__ == "__main__":
    sys.exit(main())
