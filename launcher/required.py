"""Settings that a process of its own cannot do without (`up` provides them)."""

from launcher.errors import SettingMissing
from launcher.secret import Secret
from launcher.settings import Settings, environment_name


def database_url(settings: Settings) -> str:
    """Where the event store is. Raises SettingMissing."""
    return _required(settings, "database_url")


def redis_url(settings: Settings) -> str:
    """Where stream and read models are. Raises SettingMissing."""
    return _required(settings, "redis_url")


def _required(settings: Settings, name: str) -> str:
    value: Secret | None = getattr(settings, name)
    if value is None:
        raise SettingMissing(
            f"set {environment_name(name)}; or is it a 'slackwater up' that you mean? None runs in "
            f"{settings.data_dir.absolute()}: start it, or name its place with --data-dir"
        )
    return value.value
