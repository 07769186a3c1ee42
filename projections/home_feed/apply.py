"""What each event means to a shard of the home feed."""

from domain.events import Deleted, Followed, Published, Unfollowed
from projections.home_feed.keys import HOME_FEED
from projections.log.entry import Entry
from projections.projection import Operation, Projection
from projections.shards import Shard


def operations(shard: Shard, entry: Entry) -> Operation:
    """The operation for apply.lua, if this event concerns the shard.

    Posts concern every shard: each keeps every author's window, for followers yet to come.
    """

    def owns(person: int) -> bool:
        return shard.generation.shard_of(person) == shard

    match entry.body:
        case Published(author=author):
            return [entry.position, entry.prev, "P", author, 0, int(owns(author))]
        case Deleted(post=post, author=author):
            return [entry.position, entry.prev, "D", author, post, int(owns(author))]
        case Followed(follower=follower, followee=followee) if owns(follower):
            return [entry.position, entry.prev, "F", follower, followee, int(entry.is_torn)]
        case Unfollowed(follower=follower, followee=followee) if owns(follower):
            return [entry.position, entry.prev, "U", follower, followee, 0]
        case _:
            return []


PROJECTION = Projection(HOME_FEED, "projections.home_feed", operations)
