"""`slackwater schema`: the tables and roles, before anything runs that needs them."""

from contextlib import closing

from eventsourcing.persistence import PersistenceError

from command_api.event_store.datastore import UrlDatastore
from command_api.event_store.schema import ensure_schema
from launcher.database_roles.roles import make_roles
from launcher.errors import SchemaNotMade
from launcher.logs import log_to_stderr
from launcher.required import database_url
from launcher.settings import Settings
from projections.log.errors import StoreUnreachable
from projections.relational.recorder import RelationalRecorder


def make_schema(settings: Settings) -> None:
    """Makes the event store and the registry of relational generations, unless they are there,
    and the roles, if it is given their passwords.

    Safe to run again, and by several at once. Raises SettingMissing, SchemaNotMade.
    """
    log_to_stderr(settings)
    url = database_url(settings)
    try:
        with closing(UrlDatastore(url)) as datastore:
            ensure_schema(datastore)
        with closing(RelationalRecorder(url)) as relational:
            relational.ensure_registry()
    except (PersistenceError, StoreUnreachable) as error:
        raise SchemaNotMade(f"the tables cannot be made in Postgres: {error}") from error
    if settings.roles_dir is not None:
        make_roles(url, settings.roles_dir)
