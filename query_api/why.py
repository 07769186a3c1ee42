"""Why a post is in a person's feed, or is not: the feed rule, told for one post."""

from projections.relational.rows import Facts, PostFacts
from query_api.bodies import Reason, WhyFacts

Verdict = tuple[Reason, str]

IN_FEED: tuple[Reason, ...] = ("own", "followed")


def verdict(facts: Facts) -> Verdict:
    """The reason, and the same in a sentence that names positions."""
    as_of = facts.standing.position
    if facts.post_position is None:
        return "unknown", f"no post with this id stands in the log, as of position {as_of}"
    if facts.post_position > as_of:
        return "not_yet_applied", (
            f"the post was published at position {facts.post_position}, and your feed is as of "
            f"position {as_of}"
        )
    if facts.person is not None and facts.person > as_of:
        return "not_yet_applied", (
            f"you registered at position {facts.person}, and your feed is as of position {as_of}"
        )
    if facts.post is None:
        return "unknown", (
            f"what happened at position {facts.post_position} is in quarantine: that event, or "
            "the registration of the post's author, cannot be read, and is left out of every feed"
        )
    return _verdict_on_applied(facts, facts.post)


def why_facts(facts: Facts) -> WhyFacts:
    """The facts as they are sent."""
    post = facts.post
    return WhyFacts(
        post_position=facts.post_position,
        author_id=post and post.author_id,
        author_handle=post and post.handle,
        created_at=post and post.created_at,
        deleted_position=post and post.deleted_position,
        followed_position=facts.followed_position,
        unfollowed_position=facts.unfollowed_position,
    )


def _verdict_on_applied(facts: Facts, post: PostFacts) -> Verdict:
    followed, unfollowed = facts.followed_position, facts.unfollowed_position
    if post.deleted_position is not None:
        return "deleted", (
            f"@{post.handle} published it at position {post.number} and deleted it at position "
            f"{post.deleted_position}"
        )
    if post.author == facts.person:
        return "own", f"you published it at position {post.number}; your own posts are in your feed"
    if followed is None:
        return "not_followed", (
            f"as of position {facts.standing.position} you have never followed @{post.handle}"
        )
    if unfollowed is not None:
        return "unfollowed", (
            f"you followed @{post.handle} from position {followed}, and no longer since position "
            f"{unfollowed}"
        )
    return "followed", (
        f"you have followed @{post.handle} since position {followed}, which brings in everything "
        f"they publish and have published; this they did at position {post.number}"
    )
