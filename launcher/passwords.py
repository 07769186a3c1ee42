"""Passwords in connection strings: URLs, or libpq's keywords."""

import re
from urllib.parse import unquote


def without_password(address: str) -> str:
    """A connection string, URL or libpq keywords, fit to be shown."""
    shown = re.sub(r"(://[^/@:]*:)[^/@]*@", r"\1***@", address)
    return re.sub(r"(password=)('[^']*'|[^\s&]+)", r"\1***", shown)


def passwords_in(address: str) -> list[str]:
    """As it stands in a connection string, and as it is meant there."""
    found = re.findall(r"://[^/@:]*:([^/@]*)@|password=(?:'([^']*)'|([^\s&']+))", address)
    written = [part for parts in found for part in parts if part]
    return [*written, *map(unquote, written)]
