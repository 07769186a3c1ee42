"""`slackwater query-api`: one query API."""

from launcher.http_server import serve
from launcher.required import database_url, redis_url
from launcher.settings import Settings
from launcher.token_key import access_tokens
from query_api.app import create_app


def serve_queries(settings: Settings) -> None:
    """Serves until SIGTERM or SIGINT. Raises SettingMissing, TracesUnavailable."""
    app = create_app(
        database_url=database_url(settings),
        redis_url=redis_url(settings),
        tokens=access_tokens(settings),
        settings=settings.masked(),
    )
    serve(app, settings, "query-api", settings.query_port)
