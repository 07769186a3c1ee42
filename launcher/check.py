"""`slackwater check`: the settings, the servers that they name, and the journal, also before
anything starts.
"""

import psycopg
from redis import Redis
from redis.exceptions import RedisError
from rich.console import Console

from launcher.check_journal import check_journal
from launcher.errors import LaunchError
from launcher.findings import Findings
from launcher.settings import Settings
from launcher.token_key import access_tokens

console = Console()

POSTGRES_VERSION_MIN = 140_000
CONNECT_SECONDS_MAX = 5
OTHERS_MAY_READ = 0o077


def show_check(settings: Settings) -> int:
    """Prints the findings. Returns 1 if there are errors, else 0."""
    findings = Findings()
    _check_token_key(settings, findings)
    _check_postgres(settings, findings)
    _check_redis(settings, findings)
    check_journal(settings, findings)
    for style, name, lines in (
        ("green", "ok", findings.fine),
        ("yellow", "warning", findings.warnings),
        ("bold red", "error", findings.errors),
    ):
        for line in lines:
            console.print(f"[{style}]{name}[/] {line}", highlight=False, soft_wrap=True)
    return 1 if findings.errors else 0


def _check_token_key(settings: Settings, findings: Findings) -> None:
    if settings.token_key is None and settings.token_key_file is None:
        findings.fine.append("access tokens: `up` makes a key and keeps it in the data directory")
        return
    try:
        access_tokens(settings)
    except LaunchError as error:
        findings.errors.append(str(error))
        return
    findings.fine.append("access tokens: the key is long enough")
    file = settings.token_key_file
    if settings.token_key is None and file and file.stat().st_mode & OTHERS_MAY_READ:
        findings.warnings.append(f"{file} can be read by others: chmod 600 {file}")


def _check_postgres(settings: Settings, findings: Findings) -> None:
    if settings.database_url is None:
        findings.fine.append("Postgres: embedded, started by `up`")
        return
    try:
        with psycopg.connect(
            settings.database_url.value, connect_timeout=CONNECT_SECONDS_MAX
        ) as connection:
            version = connection.info.server_version
    except psycopg.Error as error:
        findings.errors.append(f"SLACKWATER_DATABASE_URL: {str(error).strip()}")
        return
    findings.fine.append(f"Postgres: version {version // 10_000} answers")
    if version < POSTGRES_VERSION_MIN:
        findings.errors.append("Postgres 14 or newer is needed")


def _check_redis(settings: Settings, findings: Findings) -> None:
    if settings.redis_url is None:
        findings.fine.append("Valkey: embedded, started by `up`")
        return
    try:
        client = Redis.from_url(settings.redis_url.value, socket_timeout=CONNECT_SECONDS_MAX)
        # What is asked for is the feature, not the version: Valkey calls itself Redis 7.2.
        client.eval("#!lua flags=no-writes\nreturn 1", 0)
        policy = client.info("memory")["maxmemory_policy"]
        persistence = client.info("persistence")
    except (RedisError, ValueError) as error:
        findings.errors.append(f"SLACKWATER_REDIS_URL: {error}")
        return
    findings.fine.append("Redis: answers, and knows scripts with flags")
    if policy != "noeviction":
        findings.errors.append(
            f"Redis evicts ({policy}): a feed could vanish and its checkpoint stay. Set "
            "maxmemory-policy noeviction"
        )
    if not persistence["aof_enabled"]:
        findings.warnings.append(
            "Redis has no append-only file: after a restart every read model is built anew"
        )
