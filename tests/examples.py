"""On how many examples a property is tried: fewer where somebody waits for the answer.

`make test` tries three in ten of them, of properties new ones each time. CI tries all, the same
each time (Hypothesis' own profile "ci"), so that a change is judged by nothing but itself; so do
mutants.
"""

from typing import Final

from hypothesis import settings

BRIEF: Final = "brief"
EXAMPLES, EXAMPLES_BRIEF = 100, 30
"""Of a property that says nothing of its own."""


def be_brief_unless_told_otherwise() -> None:
    """For whoever runs the tests without naming a profile."""
    settings.register_profile(BRIEF, max_examples=EXAMPLES_BRIEF, print_blob=True)
    if settings.get_current_profile_name() == "default":
        settings.load_profile(BRIEF)


def examples(wanted: int) -> int:
    """So many, or the part of them that this run tries."""
    assert settings.default is not None, "a profile is loaded when tests are imported"
    return max(1, wanted * settings.default.max_examples // EXAMPLES)
