"""How a route reaches what it reads."""

from typing import Annotated

from fastapi import Depends, Request

from query_api.read_models import ReadModels
from query_api.sources import Sources


async def _read_models(request: Request) -> ReadModels:
    return request.app.state.read_models


async def _sources(request: Request) -> Sources:
    return request.app.state.sources


Models = Annotated[ReadModels, Depends(_read_models)]
Reads = Annotated[Sources, Depends(_sources)]
