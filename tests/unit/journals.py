"""What the tests of the journal put into it and take out of it."""

from uuid import UUID

from command_api import commands
from command_api.commands import AnyCommand, Publish
from command_api.journal.journal import Journal

ADA = UUID("01a20353-9494-76da-a091-dd456c037a46")


EPOCH = "0123456789ab"


def post(text: str = "High water.") -> Publish:
    return commands.publish(person=ADA, text=text)


def drained(journal: Journal) -> list[AnyCommand]:
    """Everything that waits, in the order in which its turn comes."""
    found: list[AnyCommand] = []
    while waiting := journal.waiting(1):
        found += waiting
        journal.done(waiting[0], position=len(found), epoch=EPOCH)
    return found
