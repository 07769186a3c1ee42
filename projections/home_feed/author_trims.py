"""An author's own window gone through post by post: when its horizon rose, and to what."""

from collections import deque

from projections.history.columns import NEVER, Column


def trims_of(posts: Column, deleted: Column, window: int) -> list[tuple[int, int]]:
    """An author's own window gone through: (position, new horizon) at each trim."""
    happened = [(post, 0) for post in posts.tolist()]
    gone = deleted != NEVER
    happened += zip(deleted[gone].tolist(), posts[gone].tolist(), strict=True)
    standing: deque[int] = deque()
    found: list[tuple[int, int]] = []
    for position, deleted_post in sorted(happened):
        if not deleted_post:
            standing.append(position)
            if len(standing) > window:
                found.append((position, standing.popleft()))
        elif standing and deleted_post >= standing[0]:
            standing.remove(deleted_post)
    return found
