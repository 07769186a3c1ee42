"""Server-side scripts: each stands in a .lua file of its own and runs as a whole or not at all."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Literal

from redis import Redis
from redis.commands.core import Script

Access = Literal["read", "write", "relieve"]
"""`relieve`: it writes a little and frees much, so it may run although memory is full."""

_FLAGS: dict[Access, str] = {
    "read": " flags=no-writes",
    "write": "",
    "relieve": " flags=allow-oom",
}


def script_text(package: str, name: str, access: Access, preludes: Sequence[str] = ()) -> str:
    """The script's source. `preludes` name scripts of `projections` that come before it.

    The shebang declares what the script does, so that Redis refuses a write under memory
    pressure before the script begins, and not half-way.
    """
    parts = [f"#!lua{_FLAGS[access]}"]
    sources = [("projections", prelude) for prelude in preludes] + [(package, name)]
    return "\n".join([*parts, *(_source(at, file) for at, file in sources)])


@cache
def _source(package: str, name: str) -> str:
    return files(package).joinpath(f"{name}.lua").read_text(encoding="utf-8")


def load_script(
    redis: Redis,
    package: str,
    name: str,
    preludes: Sequence[str] = (),
    *,
    access: Access = "write",
) -> Script:
    """The writing script, ready to call; it is sent again if the server has forgotten it."""
    return redis.register_script(script_text(package, name, access, preludes))
