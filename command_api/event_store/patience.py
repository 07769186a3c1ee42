"""How long the store is waited for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """What a caller waits for a connection, for a group's further tries, and for its answer: that
    of an append, or of a statement that reads.

    A store that refuses is given up after about the sum of the first two.
    """

    connection_seconds: float
    retry_seconds: float
    answer_seconds: float


HURRIED = Patience(connection_seconds=0.7, retry_seconds=0.2, answer_seconds=3.0)
"""For those who keep a journal: a store that refuses or cuts connections is away within a second.
One that keeps them and is silent gets three: a loaded machine can make a healthy one slow."""
