"""The key that signs access tokens: from the settings, or made once and kept."""

import os
import secrets
from pathlib import Path
from uuid import UUID

from edge.key_ring import SECRET_BYTES_MIN, InvalidKeys, key_ring
from edge.oidc import Provider, ProviderKeys
from edge.tokens import AccessTokens, Role
from launcher.errors import LaunchError, SettingMissing
from launcher.settings import Settings


def access_tokens(settings: Settings) -> AccessTokens:
    """Tokens under the keys that the settings name. Raises SettingMissing."""
    if settings.token_key is not None:
        key = settings.token_key.value.encode()
    elif settings.token_key_file is not None:
        try:
            key = settings.token_key_file.read_bytes().strip()
        except OSError as error:
            raise SettingMissing(f"SLACKWATER_TOKEN_KEY_FILE cannot be read: {error}") from error
    else:
        raise SettingMissing("set SLACKWATER_TOKEN_KEY or SLACKWATER_TOKEN_KEY_FILE")
    try:
        return AccessTokens(key_ring(key), settings.token_ttl_seconds, _provider(settings))
    except InvalidKeys as error:
        raise SettingMissing(str(error)) from error


def _provider(settings: Settings) -> ProviderKeys | None:
    if not settings.oidc_issuer:
        return None
    if not settings.oidc_audience:
        raise SettingMissing("set SLACKWATER_OIDC_AUDIENCE: tokens for others are not for us")
    claim = settings.oidc_person_claim
    try:
        provider = Provider(settings.oidc_issuer, settings.oidc_audience, claim)
    except ValueError as error:
        raise SettingMissing(f"SLACKWATER_OIDC_ISSUER: {error}") from error
    keys = ProviderKeys(provider)
    keys.start()
    return keys


def new_token(settings: Settings, role: Role, subject: str) -> str:
    """A token for a person, by id, or for somebody else, by name. Raises LaunchError."""
    if role is Role.PERSON:
        try:
            subject = str(UUID(subject))
        except ValueError:
            raise LaunchError(
                f"{subject!r} is no person's id; --role says as what else somebody may call"
            ) from None
    return access_tokens(settings).issue_as(role, subject)


def ensure_key_file(path: Path) -> None:
    """Makes a key that only its owner can read, unless there is one."""
    if path.exists():
        return
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_hex(SECRET_BYTES_MIN))
    unfinished.rename(path)
