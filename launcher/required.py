"""Settings that a process of its own cannot do without (`up` provides them)."""

from launcher.errors import SettingMissing
from launcher.secret import Secret
from launcher.settings import Settings


def database_url(settings: Settings) -> str:
    """Where the event store is. Raises SettingMissing."""
    return _required(settings.database_url, "SLACKWATER_DATABASE_URL")


def redis_url(settings: Settings) -> str:
    """Where stream and read models are. Raises SettingMissing."""
    return _required(settings.redis_url, "SLACKWATER_REDIS_URL")


def _required(value: Secret | None, name: str) -> str:
    if value is None:
        raise SettingMissing(f"set {name}; 'slackwater up' sets it by itself")
    return value.value
