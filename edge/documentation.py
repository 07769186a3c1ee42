"""OpenAPI at /docs, with every script from this machine: it works without internet."""

from pathlib import Path

import fastapi_swagger.resources
from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from starlette.staticfiles import StaticFiles


def install_documentation(app: FastAPI) -> None:
    """Serves the page at /docs. Its links are relative, so it works below any path prefix."""

    @app.get("/docs", include_in_schema=False)
    def documentation() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url="openapi.json",
            title=app.title,
            swagger_js_url="docs-assets/swagger-ui-bundle.js",
            swagger_css_url="docs-assets/swagger-ui.css",
            swagger_favicon_url="docs-assets/favicon-32x32.png",
        )

    assets = Path(fastapi_swagger.resources.__file__).parent
    app.mount("/docs-assets", StaticFiles(directory=assets), name="docs-assets")
