"""Comparing two things so that a difference shows both."""

from collections.abc import Mapping


def same(found: object, right: object, what: object) -> None:
    """Raises AssertionError, saying what was found and what would have been right."""
    if found != right:
        raise AssertionError(f"{what}: found {found!r}, right is {right!r}")


def same_keys(found: Mapping[str, object], right: Mapping[str, object], what: object) -> int:
    """Likewise, key by key; returns how many."""
    for key in sorted(found.keys() | right.keys()):
        same(found.get(key), right.get(key), f"{what}, key {key}")
    return len(right)
