"""Every setting, in one place: read from the environment, checked before anything starts."""

import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from edge.tokens import KEY_BYTES_MIN
from launcher.errors import SettingInvalid
from projections.greatness import NOBODY_IS_GREAT, Greatness

DAY_SECONDS = 24 * 60 * 60

Port = Annotated[int, Field(ge=0, le=65_535)]


class Settings(BaseModel):
    """Settings come from environment variables that begin with SLACKWATER_: see `of`."""

    model_config = ConfigDict(validate_default=True)

    database_url_file: Path | None = Field(
        None, description="file with database_url, for a password that is handed over as a file"
    )
    database_url: SecretStr | None = Field(
        None,
        validate_default=True,
        description="Postgres with the event store; none: `up` starts an embedded one",
    )
    redis_url_file: Path | None = Field(None, description="file with redis_url, likewise")
    redis_url: SecretStr | None = Field(
        None,
        validate_default=True,
        description="Valkey or Redis 7+; none: `up` starts an embedded one",
    )
    token_key: SecretStr | None = Field(
        None,
        description=f"key that signs access tokens, at least {KEY_BYTES_MIN} bytes; none: from "
        "token_key_file",
    )
    token_key_file: Path | None = Field(
        None, description="file with that key; none: `up` makes one in the data directory"
    )
    token_ttl_seconds: int = Field(
        30 * DAY_SECONDS, ge=60, description="how long a new access token is valid"
    )
    journal: Path | None = Field(
        None,
        description="file in which the command API keeps commands while Postgres is away; none: it "
        "answers 503 then (`up` keeps one in the data directory)",
    )
    data_dir: Path = Field(Path(".slackwater"), description="where `up` keeps everything")
    host: str = Field("127.0.0.1", description="address that the processes listen on")
    port: Port = Field(8000, description="the one address of both halves; 0: any free port")
    command_port: Port = Field(8010, description="the command API; 0: any free port")
    query_port: Port = Field(8020, description="the query API; 0: any free port")
    metrics_port: Port = Field(
        0, description="figures of a worker over HTTP; 0: none (`up` picks free ones)"
    )
    projectors: int = Field(2, ge=1, le=32, description="projector processes that `up` starts")
    projectors_max: int = Field(
        4, ge=1, le=32, description="projector processes that `up` runs while feeds stay behind"
    )
    scale_up_lag_seconds: float = Field(
        5.0, gt=0, description="the lag beyond which `up` starts another projector"
    )
    shards: int = Field(4, ge=1, le=256, description="shards of a projection that is built anew")
    window: int = Field(
        500,
        ge=1,
        le=1_000_000,
        description="posts in the window of a projection that is built anew",
    )
    great_from: int = Field(
        100_000,
        ge=0,
        description="followers in one shard with which an author becomes great there: their posts "
        "are delivered to nobody, but merged in by whoever reads; 0: nobody is; for a projection "
        "that is built anew",
    )
    great_until: int = Field(
        80_000,
        ge=0,
        description="followers in one shard with which they cease to be, fewer than great_from",
    )
    cold_after_seconds: int = Field(
        14 * DAY_SECONDS,
        ge=0,
        description="a feed that nobody has read for so long is dropped and not delivered to; "
        "the next read builds it again; 0: none is",
    )
    poison: Literal["stop", "quarantine"] = Field(
        "stop",
        description="what projectors do about an event that cannot be read: stop in front of it, "
        "or put it into quarantine and go on",
    )
    stream_entries_max: int = Field(
        1_000_000,
        ge=1_000,
        description="entries in the stream, beyond which a slow shard reads on from the store",
    )
    log_level: str = Field(
        "INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="DEBUG, INFO, WARNING or ERROR"
    )

    @field_validator("database_url", "redis_url")
    @classmethod
    def _or_from_its_file(cls, given: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        file: Path | None = info.data.get(f"{info.field_name}_file")
        if given is not None or file is None:
            return given
        try:
            text = file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ValueError(f"its file cannot be read: {error}") from error
        if not text:  # libpq would go to whatever server it finds
            raise ValueError(f"{file} is empty")
        return SecretStr(text)

    @field_validator("great_until")
    @classmethod
    def _is_below_great_from(cls, until: int, info: ValidationInfo) -> int:
        if until >= info.data.get("great_from", 0) > 0:
            raise ValueError(f"{until} followers are not fewer than {info.data['great_from']}")
        return until

    @property
    def great(self) -> Greatness:
        """Who is great in a projection that is built anew."""
        return Greatness(self.great_from, self.great_until) if self.great_from else NOBODY_IS_GREAT

    @classmethod
    def of(cls, **given: Any) -> "Settings":
        """The environment's settings, but for those given. Raises SettingInvalid."""
        names = {field: environment_name(field) for field in cls.model_fields}
        found = {field: os.environ[name] for field, name in names.items() if name in os.environ}
        try:
            return cls.model_validate(found | given)
        except ValidationError as error:
            faults = [
                f"{environment_name(str(fault['loc'][0]))}: {fault['msg']}"
                for fault in error.errors()
            ]
            raise SettingInvalid("; ".join(faults)) from None

    def masked(self) -> dict[str, Any]:
        """The settings in force, fit to be shown: secrets are masked."""
        return self.model_dump(mode="json")


def environment_name(field: str) -> str:
    """The environment variable of a setting."""
    return f"SLACKWATER_{field.upper()}"


def without_password(address: str) -> str:
    """A connection string, URL or libpq keywords, fit to be shown."""
    shown = re.sub(r"(://[^/@:]*:)[^/@]*@", r"\1***@", address)
    return re.sub(r"(password=)('[^']*'|[^\s&]+)", r"\1***", shown)
