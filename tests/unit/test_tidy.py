"""The code stays readable: small files, short functions, a head that says what each file is."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("domain", "command_api", "edge", "projections", "query_api", "launcher", "compose")
FILE_LINES_MAX = 250
FUNCTION_LINES_MAX = 60

SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).glob("**/*.py"))
TESTS = sorted((ROOT / "tests").glob("**/*.py"))
SCRIPTS = sorted(path for kind in ("lua", "sql") for path in ROOT.glob(f"[a-z]*/**/*.{kind}"))
NAMES_THAT_HIDE_A_NAME = {"utils", "util", "common", "helpers", "core", "misc"}
CATCHES_EVERYTHING = re.compile(r"\s*except( (Base)?Exception( as \w+)?)?:")
REASON = re.compile(r"# (noqa: \w+ - )?(?!noqa)\w")


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_a_file_has_one_reason_to_exist_and_says_it() -> None:
    faults: list[str] = []
    for path in [*SOURCES, *TESTS]:
        text = path.read_text(encoding="utf-8")
        if len(text.splitlines()) > FILE_LINES_MAX:
            faults.append(f"{relative(path)} is too long: look for the second reason")
        if path.stem in NAMES_THAT_HIDE_A_NAME:
            faults.append(f"{relative(path)} hides a name")
        has_code = path.name != "__init__.py" or text
        if has_code and not ast.get_docstring(ast.parse(text)):
            faults.append(f"{relative(path)} does not begin with what it is")
    assert not faults, "\n".join(faults)


def test_functions_are_short() -> None:
    faults: list[str] = []
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno
                if length > FUNCTION_LINES_MAX:
                    faults.append(f"{relative(path)}: {node.name} has {length} lines")
    assert not faults, "\n".join(faults)


def test_a_script_begins_with_what_it_does() -> None:
    silent = [path for path in SCRIPTS if not path.read_text(encoding="utf-8").startswith("-- ")]
    assert not silent, "\n".join(map(relative, silent))


def test_whoever_catches_everything_says_why_beside_it() -> None:
    silent: list[str] = []
    for path in [*SOURCES, *TESTS]:
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, start=1):
            if CATCHES_EVERYTHING.match(line) and not REASON.search(line):
                silent.append(f"{relative(path)}:{number}")
    assert not silent, "\n".join(silent)
