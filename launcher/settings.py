"""Every setting, in one place: read from the environment, checked before anything starts."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import FieldInfo, fields

from edge.key_ring import SECRET_BYTES_MIN
from edge.request_log import Which
from launcher.errors import SettingInvalid
from launcher.passwords import passwords_in
from launcher.secret import Secret
from projections.greatness import NOBODY_IS_GREAT, Greatness

ENVIRONMENT_PREFIX = "SLACKWATER_"

DAY_SECONDS = 24 * 60 * 60

Port = Annotated[int, Meta(ge=0, le=65_535)]

RATE = "such as '600/60s burst 100'; none: any number"
Limit = Annotated[str, Meta(pattern=r"^$|^[1-9][0-9]*/[1-9][0-9]*s( burst [1-9][0-9]*)?$")]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Settings come from environment variables that begin with SLACKWATER_: see `of`.

    Each is annotated with what it means.
    """

    database_url_file: Annotated[
        Path | None, "file with database_url, for a password that is handed over as a file"
    ] = None
    database_url: Annotated[
        Secret | None, "Postgres with the event store; none: `up` starts an embedded one"
    ] = None
    redis_url_file: Annotated[Path | None, "file with redis_url, likewise"] = None
    redis_url: Annotated[Secret | None, "Valkey or Redis 7+; none: `up` starts an embedded one"] = (
        None
    )
    roles_dir: Annotated[
        Path | None,
        "directory with a file for each database role, of its name and with its password: "
        "`schema` makes these roles; none: it makes no roles",
    ] = None
    token_key: Annotated[
        Secret | None,
        f"key that signs access tokens, {SECRET_BYTES_MIN} bytes or more, or a JSON Web Key Set "
        "whose first key signs; none: from token_key_file",
    ] = None
    token_key_file: Annotated[
        Path | None, "file with that key; none: `up` makes one in the data directory"
    ] = None
    token_ttl_seconds: Annotated[int, Meta(ge=60), "how long a new access token is valid"] = (
        30 * DAY_SECONDS
    )
    oidc_issuer: Annotated[str, "OpenID Connect provider whose tokens are believed; none"] = ""
    oidc_audience: Annotated[str, "audience that its tokens have to name"] = ""
    oidc_person_claim: Annotated[str, "claim of its tokens with a person's id"] = "sub"
    journal: Annotated[
        Path | None,
        "file in which the command API keeps commands while Postgres is away; none: it answers "
        "503 then (`up` keeps one in the data directory)",
    ] = None
    disks: Annotated[
        str,
        Meta(pattern=r"^(\w+=[^,=]+(,\w+=[^,=]+)*)?$"),
        "disks whose free room is told in the figures: name=directory, with commas between them; "
        "a journal's is told anyway",
    ] = ""
    data_dir: Annotated[Path, "where `up` keeps everything"] = Path(".slackwater")
    host: Annotated[str, "address that the processes listen on"] = "127.0.0.1"
    port: Annotated[Port, "the one address of both halves; 0: any free port"] = 8000
    command_port: Annotated[Port, "the command API; 0: any free port"] = 8010
    query_port: Annotated[Port, "the query API; 0: any free port"] = 8020
    metrics_port: Annotated[
        Port, "figures of a worker over HTTP; 0: none (`up` picks free ones)"
    ] = 0
    projectors: Annotated[int, Meta(ge=1, le=32), "projector processes that `up` starts"] = 2
    projectors_max: Annotated[
        int, Meta(ge=1, le=32), "projector processes that `up` runs while feeds stay behind"
    ] = 4
    scale_up_lag_seconds: Annotated[
        float, Meta(gt=0), "the lag beyond which `up` starts another projector"
    ] = 5.0
    shards: Annotated[int, Meta(ge=1, le=256), "shards of a projection that is built anew"] = 4
    window: Annotated[
        int, Meta(ge=1, le=1_000_000), "posts in the window of a projection that is built anew"
    ] = 500
    great_from: Annotated[
        int,
        Meta(ge=0),
        "followers in one shard with which an author becomes great there: their posts are "
        "delivered to nobody, but merged in by whoever reads; 0: nobody is; for a projection "
        "that is built anew",
    ] = 100_000
    great_until: Annotated[
        int, Meta(ge=0), "followers in one shard with which they cease to be, fewer than great_from"
    ] = 80_000
    cold_after_seconds: Annotated[
        int,
        Meta(ge=0),
        "a feed that nobody has read for so long is dropped and not delivered to; the next read "
        "builds it again; 0: none is",
    ] = 14 * DAY_SECONDS
    limit_read: Annotated[Limit, f"pages and posts that a person may ask for: {RATE}"] = ""
    limit_write: Annotated[Limit, "posts and deletions, likewise"] = ""
    limit_follow: Annotated[Limit, "follows and unfollows, likewise"] = ""
    limit_register: Annotated[Limit, "registrations, likewise; at one address"] = ""
    limit_stream: Annotated[Limit, "streams that are begun, likewise"] = ""
    limit_address_factor: Annotated[
        int,
        Meta(ge=0),
        "how many times as often as one person all behind one address may call; 0: any number",
    ] = 10
    limits_redis_url_file: Annotated[Path | None, "file with limits_redis_url"] = None
    limits_redis_url: Annotated[
        Secret | None,
        "Valkey or Redis 7+ that counts calls for all processes together; none: each by itself",
    ] = None
    proxies: Annotated[
        int,
        Meta(ge=0, le=10),
        "proxies of yours before the APIs, each of which appends to X-Forwarded-For (`up` has one)",
    ] = 0
    connections_max: Annotated[
        int, Meta(ge=1, le=1_000_000), "open connections to one API process"
    ] = 4_000
    cors_origins: Annotated[
        str,
        Meta(pattern=r"^$|^https?://[^ /*]+( https?://[^ /*]+)*$"),
        "origins whose pages may call from a browser, with spaces between; none: no page may",
    ] = ""
    poison: Annotated[
        Literal["stop", "quarantine"],
        "what projectors do about an event that cannot be read: stop in front of it, or put it "
        "into quarantine and go on",
    ] = "stop"
    stream_entries_max: Annotated[
        int,
        Meta(ge=1_000),
        "entries in the stream, beyond which a slow shard reads on from the store",
    ] = 1_000_000
    log_level: Annotated[
        str, Meta(pattern="^(DEBUG|INFO|WARNING|ERROR)$"), "DEBUG, INFO, WARNING or ERROR"
    ] = "INFO"
    log_format: Annotated[
        Literal["auto", "json", "console"],
        "json: a JSON object a line; console: for people; auto: console at a terminal, else json",
    ] = "auto"
    log_requests: Annotated[
        Which,
        "of which requests an API writes a line: all (but probes), failed (5xx), none",
    ] = "all"
    traces_url: Annotated[
        str, "where spans go by OTLP over HTTP, such as http://127.0.0.1:4318/v1/traces; none"
    ] = ""
    traces_share: Annotated[
        float, Meta(ge=0, le=1), "part of the requests that are traced, the same for all processes"
    ] = 1.0

    @property
    def great(self) -> Greatness:
        """Who is great in a projection that is built anew."""
        return Greatness(self.great_from, self.great_until) if self.great_from else NOBODY_IS_GREAT

    @classmethod
    def of(cls, **given: Any) -> "Settings":
        """The environment's settings, but for those given. Raises SettingInvalid."""
        names = {field.name: environment_name(field.name) for field in fields(cls)}
        found = {field: os.environ[name] for field, name in names.items() if name in os.environ}
        return cls.apart(**found | given)

    @classmethod
    def apart(cls, **given: Any) -> "Settings":
        """The defaults, but for those given: for a system that has nothing to do with what the
        environment names. Raises SettingInvalid.
        """
        settings = cls(**_checked(given))
        if settings.great_until >= settings.great_from > 0:
            raise SettingInvalid(
                f"{environment_name('great_until')}: {settings.great_until} followers are not "
                f"fewer than {settings.great_from}"
            )
        return settings

    def watched_disks(self) -> list[tuple[str, Path]]:
        """Names, and a directory on each."""
        pairs = [each.partition("=") for each in self.disks.split(",") if each]
        return [(name, Path(directory)) for name, _, directory in pairs]

    def secrets(self) -> frozenset[str]:
        """What must not be shown: each secret, and the password in each address."""
        values = [getattr(self, name) for name in self.__struct_fields__]
        whole = frozenset(value.value for value in values if isinstance(value, Secret))
        return whole | {found for value in whole for found in passwords_in(value)}

    def masked(self) -> dict[str, Any]:
        """The settings in force, fit to be shown: secrets are masked."""
        return msgspec.to_builtins(self, enc_hook=str)


def environment_name(field: str) -> str:
    """The environment variable of a setting."""
    return f"{ENVIRONMENT_PREFIX}{field.upper()}"


def _checked(given: Mapping[str, Any]) -> dict[str, Any]:
    """Each as its type, and addresses out of their files. All faults are told at once."""
    checked: dict[str, Any] = {}
    faults: list[str] = []
    for field in fields(Settings):
        try:
            if given.get(field.name) is not None:
                checked[field.name] = _converted(given[field.name], field)
            elif file := checked.get(f"{field.name}_file"):
                checked[field.name] = Secret(_read(file))
        except ValueError as error:
            faults.append(f"{environment_name(field.name)}: {error}")
    if faults:
        raise SettingInvalid("; ".join(faults))
    return checked


def _converted(value: Any, field: FieldInfo) -> Any:
    try:
        return msgspec.convert(value, field.type, strict=False, dec_hook=_decoded)
    except msgspec.ValidationError as error:
        raise ValueError(f"{error} ({field.type.__metadata__[-1]})") from None


def _decoded(kind: type, value: Any) -> Any:
    return value if isinstance(value, kind) else kind(value)


def _read(file: Path) -> str:
    try:
        text = file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ValueError(f"its file cannot be read: {error}") from error
    if not text:  # libpq would go to whatever server it finds
        raise ValueError(f"{file} is empty")
    return text
