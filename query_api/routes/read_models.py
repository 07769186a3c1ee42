"""How a route reaches the read models."""

from typing import Annotated

from fastapi import Depends, Request

from query_api.read_models import ReadModels


async def _read_models(request: Request) -> ReadModels:
    return request.app.state.read_models


Models = Annotated[ReadModels, Depends(_read_models)]
