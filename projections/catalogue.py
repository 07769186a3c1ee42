"""Every projection; those in Redis in the order in which a worker applies a batch to them.

Bodies and names come before the feeds that show them, so that a reader seldom waits for one.
"""

from projections.home_feed import apply as home_feed
from projections.posts import apply as posts
from projections.profiles import apply as profiles
from projections.projection import Projection
from projections.relational.keys import RELATIONAL

PROJECTIONS: tuple[Projection, ...] = (
    profiles.PROJECTION,
    posts.PROJECTION,
    home_feed.PROJECTION,
)

NAMES = tuple(projection.name for projection in PROJECTIONS)
"""Those in Redis."""

EVERY_NAME = (*NAMES, RELATIONAL)
"""Those in Redis, and the one in Postgres."""
