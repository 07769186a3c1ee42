"""The code stays readable: small files, short functions, a head that says what each file is."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("domain", "command_api", "edge", "projections", "query_api", "launcher", "compose")
FILE_LINES_MAX = 250
FUNCTION_LINES_MAX = 60

SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).glob("**/*.py"))
TESTS = sorted((ROOT / "tests").glob("**/*.py"))
SCRIPTS = sorted(path for kind in ("lua", "sql") for path in ROOT.glob(f"[a-z]*/**/*.{kind}"))
NAMES_THAT_HIDE_A_NAME = {"utils", "util", "common", "helpers", "core", "misc"}


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", [*SOURCES, *TESTS], ids=relative)
def test_a_file_has_one_reason_to_exist_and_says_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= FILE_LINES_MAX, "look for the second reason"
    assert path.stem not in NAMES_THAT_HIDE_A_NAME
    if path.name != "__init__.py" or text:
        assert ast.get_docstring(ast.parse(text)), "a module begins with what it is"


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_functions_are_short(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno
            assert length <= FUNCTION_LINES_MAX, f"{node.name} has {length} lines"


@pytest.mark.parametrize("path", SCRIPTS, ids=relative)
def test_a_script_begins_with_what_it_does(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("-- ")
