"""`slackwater command-api`: one command API, with a journal if one is wanted."""

from collections.abc import Generator
from contextlib import closing, contextmanager

from command_api.app import create_app
from command_api.errors import JournalError
from command_api.journal.journal import Journal
from launcher.errors import JournalUnavailable
from launcher.http_server import serve
from launcher.required import database_url
from launcher.settings import Settings
from launcher.token_key import access_tokens


def serve_commands(settings: Settings) -> None:
    """Serves until SIGTERM or SIGINT.

    Raises SettingMissing, JournalUnavailable, TracesUnavailable.
    """
    with _journal(settings) as journal:
        app = create_app(
            database_url=database_url(settings),
            tokens=access_tokens(settings),
            settings=settings.masked(),
            journal=journal,
        )
        serve(app, settings, "command-api", settings.command_port)


@contextmanager
def _journal(settings: Settings) -> Generator[Journal | None]:
    if settings.journal is None:
        yield None
        return
    try:
        journal = Journal(settings.journal)
    except JournalError as error:
        raise JournalUnavailable(str(error)) from error
    with closing(journal):
        yield journal
