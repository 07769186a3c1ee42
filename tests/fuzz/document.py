"""One OpenAPI document of both halves, as the gateway puts them under one address."""

from typing import Any, cast

import httpx

HALVES = ("command-api", "query-api")
Document = dict[str, Any]


def document_of(gateway: str) -> Document:
    """Raises AssertionError if the halves call different things by one name."""
    write, read = (_half(gateway, half) for half in HALVES)
    for kind, components in read["components"].items():
        _merge(write["components"].setdefault(kind, {}), components)
    for path, methods in read["paths"].items():
        _merge(write["paths"].setdefault(path, {}), methods)
    return write


def operations_in(document: Document) -> int:
    """How many there are."""
    return sum(map(len, document["paths"].values()))


def _half(gateway: str, half: str) -> Document:
    return httpx.get(f"{gateway}/{half}/openapi.json").raise_for_status().json()


def _merge(into: Document, more: Document) -> None:
    for name, what in more.items():
        there = cast("Document", into.setdefault(name, what))
        assert there == what, f"the two halves describe {name} differently"
