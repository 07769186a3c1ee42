"""The key that signs access tokens: from the settings, or made once and kept."""

import os
import secrets
from pathlib import Path

from edge.tokens import KEY_BYTES_MIN, AccessTokens
from launcher.errors import SettingMissing
from launcher.settings import Settings


def access_tokens(settings: Settings) -> AccessTokens:
    """Tokens under the key that the settings name. Raises SettingMissing."""
    if settings.token_key is not None:
        key = settings.token_key.value.encode()
    elif settings.token_key_file is not None:
        try:
            key = settings.token_key_file.read_bytes().strip()
        except OSError as error:
            raise SettingMissing(f"SLACKWATER_TOKEN_KEY_FILE cannot be read: {error}") from error
    else:
        raise SettingMissing("set SLACKWATER_TOKEN_KEY or SLACKWATER_TOKEN_KEY_FILE")
    if len(key) < KEY_BYTES_MIN:
        raise SettingMissing(
            f"the token key has {len(key)} bytes and needs {KEY_BYTES_MIN}: make one with "
            "'openssl rand -hex 32'"
        )
    return AccessTokens(key, settings.token_ttl_seconds)


def ensure_key_file(path: Path) -> None:
    """Makes a key that only its owner can read, unless there is one."""
    if path.exists():
        return
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_hex(KEY_BYTES_MIN))
    unfinished.rename(path)
