"""Mutants of what a client can ask for: tokens, tags, changes."""

from tests.mutants.mutant import Mutant
from tests.mutants.targets import CHANGES, FOLLOWER, TAGS, TOKENS

_TOKEN = "edge/feed_token.py"
_TAGS = "query_api/validators.py"
_CHANGES = "query_api/feed_stream/changes.py"
_FOLLOWER = "projections/log/follower.py"

MUTANTS = (
    Mutant(
        "a feed token's seal is not looked at",
        _TOKEN,
        "if not any(\n            hmac.compare_digest(",
        "if False and not any(\n            hmac.compare_digest(",
        TOKENS,
    ),
    Mutant(
        "a feed token is sealed with the key of access tokens",
        _TOKEN,
        'hmac.digest(one, b"slackwater feed token", sha256)',
        "one",
        TOKENS,
    ),
    Mutant(
        "a tag changes with the age of the answer",
        _TAGS,
        '_HOW_NEW.sub(b"", bytes(response.body))',
        "bytes(response.body)",
        TAGS,
    ),
    Mutant(
        "what a person wrote is left out of the tag",
        _TAGS,
        r"""rb'"as_of":\d+|""",
        r"""rb'"as_of\\?":\d+|""",
        TAGS,
    ),
    Mutant(
        "an answer is sent again to who has it",
        _TAGS,
        "tag in _TAG.findall(if_none_match)",
        "tag == if_none_match",
        TAGS,
    ),
    Mutant(
        "a follow does not bring in what comes later",
        _CHANGES,
        "self._authors.add(author)",
        "pass",
        CHANGES,
    ),
    Mutant(
        "posts of somebody who was unfollowed still come in",
        _CHANGES,
        "self._authors.discard(author)",
        "pass",
        CHANGES,
    ),
    Mutant(
        "one's own posts are no change of one's feed",
        _CHANGES,
        "self._authors = {person, *followees}",
        "self._authors = set(followees)",
        CHANGES,
    ),
    Mutant(
        "of several changes between two people the last counts",
        _CHANGES,
        "                    before.discard(author)\n                settled.add(author)",
        "                    before.discard(author)",
        CHANGES,
    ),
    Mutant(
        "who follows the log passes over a hole in the stream",
        _FOLLOWER,
        "if entries and entries[0].prev != position:",
        "if entries and entries[0].prev > position + 2:",
        FOLLOWER,
    ),
    Mutant(
        "who follows the log is told only what is in memory",
        _FOLLOWER,
        "if not self._kept or position < self._kept[0].prev:",
        "if not self._kept:",
        FOLLOWER,
    ),
    Mutant(
        "the log of a history that is over is followed on",
        _FOLLOWER,
        'return self._watch.epoch in (self._epoch, "")',
        "return True",
        FOLLOWER,
    ),
)
