"""A home feed the usual way: FastAPI, redis.asyncio, pydantic, sorted sets, JSON bodies.

`python -m tests.bench.peers.usual_feed PORT`; it is given SLACKWATER_REDIS_URL and
SLACKWATER_TOKEN_KEY, and accepts the same access tokens as ours. It does less: it knows no lag,
no consistency, and nothing below its 400 entries.
"""

import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import jwt
import redis.asyncio
import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

ENTRIES_KEPT = 400


class Author(BaseModel):
    """A person as they stand beside a post."""

    id: UUID
    handle: str
    display_name: str


class StoredPost(BaseModel):
    """A post as Redis holds it."""

    id: UUID
    author_id: UUID
    text: str
    created_at: datetime
    position: int


class FeedItem(BaseModel):
    """A post as it is sent."""

    id: UUID
    author: Author
    text: str
    created_at: datetime
    position: int


class FeedPage(BaseModel):
    """Posts, newest first."""

    items: list[FeedItem]
    next: str | None


bearer = HTTPBearer()


async def caller(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]
) -> UUID:
    """Whom the token names."""
    try:
        claims: dict[str, Any] = jwt.decode(
            credentials.credentials,
            request.app.state.key,
            algorithms=["HS256"],
            audience="slackwater",
            issuer="slackwater",
        )
    except jwt.InvalidTokenError as error:
        raise HTTPException(401, "invalid token") from error
    return UUID(claims["sub"])


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    """One client for all requests, with a pool of connections."""
    app.state.redis = redis.asyncio.Redis.from_url(
        os.environ["SLACKWATER_REDIS_URL"], decode_responses=True
    )
    app.state.key = os.environ["SLACKWATER_TOKEN_KEY"]
    yield
    await app.state.redis.aclose()


app = FastAPI(lifespan=lifespan)


@app.get("/feed/")
async def feed(
    request: Request,
    caller: Annotated[UUID, Depends(caller)],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: int | None = None,
) -> FeedPage:
    """The newest posts below the cursor: ids, then posts, then their authors."""
    store: redis.asyncio.Redis = request.app.state.redis
    newest = f"({cursor}" if cursor else "+inf"
    ids = await store.zrange(
        f"feed:{caller}", newest, "-inf", desc=True, byscore=True, offset=0, num=limit
    )
    if not ids:
        return FeedPage(items=[], next=None)
    bodies = await store.mget([f"post:{each}" for each in ids])
    posts = [StoredPost.model_validate_json(body) for body in bodies if body is not None]
    author_ids = list({post.author_id for post in posts})
    people = await store.mget([f"user:{each}" for each in author_ids])
    authors = {
        each: Author.model_validate_json(person)
        for each, person in zip(author_ids, people, strict=True)
        if person is not None
    }
    items = [
        FeedItem(
            id=post.id,
            author=authors[post.author_id],
            text=post.text,
            created_at=post.created_at,
            position=post.position,
        )
        for post in posts
    ]
    return FeedPage(items=items, next=str(items[-1].position) if len(items) == limit else None)


@app.get("/readyz")
async def ready() -> dict[str, str]:
    """Whether it answers."""
    return {"status": "ok"}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=False)
