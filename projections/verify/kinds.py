"""What is compared of each projection."""

from redis import Redis

from projections.home_feed.keys import FOLLOWEES as HOME_FOLLOWEES
from projections.home_feed.keys import HOME_FEED
from projections.posts.keys import POSTS, StoredPost
from projections.profiles.keys import FOLLOWEES, FOLLOWERS, PROFILES, StoredProfile
from projections.shards import Generation, Shard
from projections.verify.audiences import Audiences
from projections.verify.expected import ExpectedAnswers
from projections.verify.facts import Facts, Ids, Visible, post_of, profile_of
from projections.verify.follows import Follows
from projections.verify.great_items import Great, GreatFollowees
from projections.verify.greatness import GreatAuthors
from projections.verify.identities import Identities
from projections.verify.items import ItemKind
from projections.verify.lists import Lists, Windows, people_of
from projections.verify.oracle import Oracle
from projections.verify.truth import Numbers, Truth
from projections.verify.warmth import Warmth
from projections.verify.warmth_items import WarmthItems


def kinds_of(
    generation: Generation, truth: Truth, identities: Identities, redis: Redis
) -> list[ItemKind]:
    """Every kind of items that this generation's projection has, in the order in which they are
    compared: what others are judged by comes first."""
    follows = Follows(truth)

    def people_in(shard: Shard) -> Numbers:
        return people_of(shard, truth.people)

    match generation.projection:
        case name if name == HOME_FEED:
            great = GreatAuthors(truth, generation)
            oracle = Oracle(truth, generation.window, great)
            expected = ExpectedAnswers(truth)

            def who_follows(shard: Shard) -> Numbers:
                return people_in(shard) if generation.can_cool else truth.people[:0]

            return [
                WarmthItems(truth),
                Windows("feed", oracle, expected),
                Windows("author window", oracle, expected),
                Audiences(truth, follows, Warmth(redis)),
                Lists("followees", HOME_FOLLOWEES, who_follows, follows.followed_by, expected),
                Great(great),
                GreatFollowees(great),
            ]
        case name if name == POSTS:
            visible = Visible(truth, posts=True)
            facts = Facts("post", visible, identities, StoredPost, post_of)
            return [facts, Ids(visible, identities)]
        case name:
            assert name == PROFILES
            visible, expected = Visible(truth, posts=False), ExpectedAnswers(truth)
            return [
                Facts("profile", visible, identities, StoredProfile, profile_of),
                Ids(visible, identities),
                Lists("followers", FOLLOWERS, people_in, follows.followers, expected),
                Lists("followees", FOLLOWEES, people_in, follows.followees, expected),
            ]
