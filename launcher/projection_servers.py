"""What the commands about projections have in common: both servers, and faults told plainly."""

from collections.abc import Generator
from contextlib import contextmanager

from redis.exceptions import RedisError

from domain.errors import SlackwaterError
from launcher.errors import LaunchError
from launcher.required import database_url, redis_url
from launcher.settings import Settings
from projections.log.store import Store
from projections.rebuild.rebuild import Servers
from projections.worker import connect_redis


def connect(settings: Settings) -> Servers:
    """The servers that the settings name. Raises SettingMissing."""
    return Servers(database_url(settings), connect_redis(redis_url(settings)), settings.poison)


@contextmanager
def projection_servers(settings: Settings) -> Generator[tuple[Servers, Store]]:
    """The servers and a reader of the store. Raises LaunchError for what goes wrong inside."""
    servers = connect(settings)
    store = Store(servers.database_url, application="slackwater operator")
    try:
        yield servers, store
    except SlackwaterError as error:
        raise LaunchError(str(error)) from error
    except RedisError as error:
        raise LaunchError(f"Redis does not answer: {error}") from error
    finally:
        store.close()
        servers.redis.close()
