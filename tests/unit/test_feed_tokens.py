"""The feed token: what is sealed is what comes back, and nothing else passes."""

import hmac
from base64 import urlsafe_b64encode

import pytest

from edge.feed_token import FeedToken, InvalidFeedToken, Sealing

SEALING = Sealing(b"k" * 32)
SEALED = SEALING.seal("epoch.17")


def test_a_token_that_comes_back_says_what_it_said() -> None:
    assert SEALING.open(SEALED) == FeedToken("epoch", 17)
    assert FeedToken.parse(FeedToken("e.p", 3).header()["Feed-Token"]) == FeedToken("e.p", 3)


@pytest.mark.parametrize(
    "forged",
    [
        "",
        ".",
        "..",
        "epoch.17",
        SEALED.replace("17", "18"),
        SEALED.replace("epoch", "other"),
        SEALED[:-1],
        SEALED + "A",
        SEALED.swapcase(),
        Sealing(b"x" * 32).seal("epoch.17"),
        "é.17." + SEALED.rpartition(".")[2],
        "\udcff.17.x",
        "e" * 5_000,
    ],
)
def test_nothing_else_passes_for_a_token(forged: str) -> None:
    with pytest.raises(InvalidFeedToken):
        SEALING.open(forged)


@pytest.mark.parametrize("unsealed", ["epoch", "epoch.", ".17", "epoch.x", "epoch.-1", "epoch.²"])
def test_what_is_sealed_and_no_token_is_refused(unsealed: str) -> None:
    with pytest.raises(InvalidFeedToken):
        SEALING.open(SEALING.seal(unsealed))


def test_the_seal_is_made_with_another_key_than_access_tokens() -> None:
    """So that nobody can pass one for the other."""
    as_access_tokens_are = hmac.digest(b"k" * 32, b"a.1", "sha256")
    seal = SEALING.seal("a.1").rpartition(".")[2]
    assert not urlsafe_b64encode(as_access_tokens_are).decode().startswith(seal)
