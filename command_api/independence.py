"""Which commands may be carried out together, as if one after the other."""

from collections.abc import Sequence
from uuid import UUID

from command_api.commands import AnyCommand, Publish, Register
from domain.person import handle_id


def independent(commands: Sequence[AnyCommand]) -> Sequence[AnyCommand]:
    """The longest beginning in which none depends on, or changes, what another one rests on.

    Posts of one person are independent: they follow from their author's existence alone, and
    nobody else can take their place. Anything else of one person comes one after the other, since
    it may lose a race and be carried out again, after what came with it.
    """
    rests: set[UUID] = set()
    changed: set[UUID] = set()
    for number, command in enumerate(commands):
        rests_on, changes = {command.person, command.subject}, _changes(command)
        if rests_on & changed or changes & rests or changes & changed:
            return commands[:number]
        rests |= rests_on
        changed |= changes
    return commands


def _changes(command: AnyCommand) -> set[UUID]:
    match command:
        case Publish():
            return {command.subject}
        case Register():
            return {command.subject, handle_id(command.handle)}
        case _:
            return {command.person}
