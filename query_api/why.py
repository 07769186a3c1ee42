"""Why a post is in a person's feed, or is not: the feed rule, told for one post."""

import logging
from dataclasses import replace

from domain.errors import CannotOpen
from domain.sealing import HANDLE, PersonKey
from projections.relational.rows import Facts, PostFacts
from query_api.bodies import Reason, WhyFacts

logger = logging.getLogger(__name__)

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
            f"the post of position {facts.post_position} is left out of every feed: its author is "
            "erased, or that event, or their registration, cannot be read and is in quarantine"
        )
    return _verdict_on_applied(facts, facts.post)


def opened(facts: Facts) -> Facts:
    """The same, the author's handle as it is read; without the post if that cannot be."""
    post = facts.post
    if post is None or not post.key:
        return facts
    try:
        handle = PersonKey(post.key).open(post.handle, HANDLE, post.author_id)
    except CannotOpen as error:
        logger.error("a post is left out: %s", error)  # noqa: TRY400
        return replace(facts, post=None)
    return replace(facts, post=replace(post, handle=handle))


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
