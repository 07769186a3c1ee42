"""`slackwater token-keys`: the file of keys for access tokens, changed without a gap.

Three steps replace a key, each followed by a restart of the APIs: `add` (all check under both),
`sign-with` (new tokens are under the new one), and `remove`, once the last token under the old one
has run out.
"""

import base64
import json
import os
import secrets
from pathlib import Path
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from edge.key_ring import SECRET_BYTES_MIN, InvalidKeys, KeyRing, key_ring
from launcher.errors import LaunchError

Algorithm = Literal["EdDSA", "HS256"]
Jwk = dict[str, Any]


def ring_in(path: Path) -> KeyRing:
    """The keys in a file. Raises LaunchError."""
    try:
        return key_ring(path.read_bytes().strip())
    except (OSError, InvalidKeys) as error:
        raise LaunchError(f"{path}: {error}") from error


def add_key(path: Path, algorithm: Algorithm) -> str:
    """Adds a new key, which checks and does not sign yet, unless it is the first. Returns its kid.

    A file with one secret becomes a set of keys, in which that secret goes on signing.
    """
    keys = _keys_in(path) if path.exists() else []
    new = _new_key(algorithm)
    _write(path, [*keys, new])
    return new["kid"]


def sign_with(path: Path, kid: str) -> None:
    """From the next start on, new tokens are under this key. Raises LaunchError."""
    keys = _keys_in(path)
    chosen = _named(keys, kid, path)
    _write(path, [chosen, *(key for key in keys if key is not chosen)])


def remove_key(path: Path, kid: str) -> None:
    """From the next start on, tokens under this key are refused. Raises LaunchError."""
    keys = _keys_in(path)
    chosen = _named(keys, kid, path)
    if chosen is keys[0]:
        raise LaunchError(
            f"{kid} signs: let another key sign first, and wait for its tokens to end"
        )
    _write(path, [key for key in keys if key is not chosen])


def _keys_in(path: Path) -> list[Jwk]:
    ring = ring_in(path)
    content = path.read_bytes().strip()
    if content.startswith(b"{"):
        return json.loads(content)["keys"]
    [key] = ring.keys
    return [{"kty": "oct", "alg": "HS256", "kid": key.kid, "k": _encoded(key.secret)}]


def _named(keys: list[Jwk], kid: str, path: Path) -> Jwk:
    for key in keys:
        if key["kid"] == kid:
            return key
    raise LaunchError(f"{path} has no key {kid!r}: it has {', '.join(key['kid'] for key in keys)}")


def _new_key(algorithm: Algorithm) -> Jwk:
    kid = secrets.token_hex(6)
    if algorithm == "HS256":
        secret = _encoded(secrets.token_bytes(SECRET_BYTES_MIN))
        return {"kty": "oct", "alg": algorithm, "kid": kid, "k": secret}
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return {
        "kty": "OKP", "crv": "Ed25519", "alg": algorithm, "kid": kid,
        "x": _encoded(public), "d": _encoded(private.private_bytes_raw()),
    }  # fmt: skip


def _write(path: Path, keys: list[Jwk]) -> None:
    """Whole, or not at all; for those who could read what it replaces, or for its owner alone."""
    content = json.dumps({"keys": keys}, indent=2)
    assert key_ring(content.encode()), "what is written can be read"
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if path.exists():  # containers read theirs as a user that is not its owner
        unfinished.chmod(path.stat().st_mode & 0o777)
    unfinished.rename(path)


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
