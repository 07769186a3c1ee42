"""What is compared of each projection."""

from projections.home_feed.keys import FOLLOWERS as AUDIENCE
from projections.home_feed.keys import GREAT_FOLLOWEES, HOME_FEED
from projections.posts.keys import POSTS, StoredPost
from projections.profiles.keys import FOLLOWEES, FOLLOWERS, PROFILES, StoredProfile
from projections.shards import Generation, Shard
from projections.verify.expected import ExpectedAnswers
from projections.verify.facts import Facts, Ids, Visible, post_of, profile_of
from projections.verify.follows import Follows
from projections.verify.great_items import Great
from projections.verify.greatness import GreatAuthors
from projections.verify.identities import Identities
from projections.verify.items import ItemKind
from projections.verify.lists import Lists, Windows, people_of
from projections.verify.oracle import Oracle
from projections.verify.truth import Numbers, Truth


def kinds_of(generation: Generation, truth: Truth, identities: Identities) -> list[ItemKind]:
    """Every kind of items that this generation's projection has."""
    follows = Follows(truth)

    def people_in(shard: Shard) -> Numbers:
        return people_of(shard, truth.people)

    match generation.projection:
        case name if name == HOME_FEED:
            great = GreatAuthors(truth, generation)
            oracle = Oracle(truth, generation.window, great)
            expected = ExpectedAnswers(truth)

            def followers_of_great(shard: Shard) -> Numbers:
                return people_of(shard, great.followers_ever())

            great_followees = Lists(
                "great followees", GREAT_FOLLOWEES, followers_of_great, great.followees, expected
            )
            return [
                Windows("feed", oracle, expected),
                Windows("author window", oracle, expected),
                Lists("audience", AUDIENCE, lambda _: truth.people, follows.audience, expected),
                Great(great),
                great_followees,
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
