"""The feed token: how new an answer is, or how new the next one has to be."""

HEADER = "Feed-Token"


def feed_token(epoch: str, position: int) -> dict[str, str]:
    """The header that says: at least as new as this position of this epoch's history."""
    return {HEADER: f"{epoch}.{position}"}
