"""`slackwater command-api`: one command API."""

from command_api.app import create_app
from launcher.http_server import serve
from launcher.required import database_url
from launcher.settings import Settings
from launcher.token_key import access_tokens


def serve_commands(settings: Settings) -> None:
    """Serves until SIGTERM or SIGINT. Raises SettingMissing."""
    app = create_app(
        database_url=database_url(settings),
        tokens=access_tokens(settings),
        settings=settings.masked(),
    )
    serve(app, settings, settings.command_port)
