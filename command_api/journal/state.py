"""How a command in the journal fares."""

from enum import StrEnum


class State(StrEnum):
    """Waiting, carried out, or refused by the rules when its turn came."""

    QUEUED = "queued"
    DONE = "done"
    REJECTED = "rejected"
