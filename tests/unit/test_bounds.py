"""The table of bounds in docs/operations.md says what the code does."""

import re
from importlib import import_module
from pathlib import Path

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"
ROW = re.compile(r"^\| [^|]+ \| (\d+) \| `([\w.]+)\.(\w+)` \| [^|]+ \|$", re.MULTILINE)


def test_each_bound_in_the_docs_has_the_value_that_it_has_in_the_code() -> None:
    section = OPERATIONS.read_text(encoding="utf-8").split("## What one caller can take\n")[1]
    rows = [line for line in section.split("\n## ")[0].splitlines() if line.startswith("| ")]
    documented = ROW.findall("\n".join(rows))
    assert len(documented) == len(rows) - 2, "a row that is not a bound"  # head and rule
    for value, module, name in documented:
        assert getattr(import_module(module), name) == int(value), f"{module}.{name}"
