"""On how many examples a property is tried: fewer where somebody waits for the answer.

`make test` tries one in ten of them, of properties new ones each time. CI tries all, the same
each time (Hypothesis' own profile "ci"), so that a change is judged by nothing but itself; so do
mutants. What takes many seconds and rarely breaks alone is `long`, and left to CI as well.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import pytest
from hypothesis import settings

Test = TypeVar("Test", bound=Callable[..., Any])

BRIEF: Final = "brief"
EXAMPLES, EXAMPLES_BRIEF = 100, 10
"""Of a property that says nothing of its own."""


def be_brief_unless_told_otherwise() -> None:
    """For whoever runs the tests without naming a profile."""
    settings.register_profile(BRIEF, max_examples=EXAMPLES_BRIEF, print_blob=True)
    if settings.get_current_profile_name() == "default":
        settings.load_profile(BRIEF)


def long(test: Test) -> Test:
    """Marks a test that takes many seconds: it is left out where somebody waits for the answer."""
    is_brief = settings.get_current_profile_name() == BRIEF
    return pytest.mark.skipif(is_brief, reason="long: --hypothesis-profile=ci runs it")(test)


def examples(wanted: int) -> int:
    """So many, or the part of them that this run tries."""
    assert settings.default is not None, "a profile is loaded when tests are imported"
    return max(1, wanted * settings.default.max_examples // EXAMPLES)
