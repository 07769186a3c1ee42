"""What a log says to whoever has the keys to it."""

from collections.abc import Iterable

from msgspec.structs import replace

from domain.events import EventBody, Published, Registered
from domain.sealing import DISPLAY_NAME, HANDLE, TEXT, PersonKey
from projections.log.entry import Entry


def opened(log: Iterable[Entry]) -> list[EventBody]:
    """The events of a log, from its first on: what of them is sealed is opened, as if it never was.

    Claims to handles stay as they are.
    """
    keys: dict[int, PersonKey] = {}
    bodies: list[EventBody] = []
    for entry in log:
        body, owner = entry.body, entry.originator_id
        if entry.key:
            keys[entry.position] = PersonKey(entry.key)
        match body:
            case Registered() if body.is_sealed:
                key = keys[entry.position]
                handle = key.open(body.handle, HANDLE, owner)
                name = key.open(body.display_name, DISPLAY_NAME, owner)
                bodies.append(replace(body, v=1, handle=handle, display_name=name))
            case Published() if body.is_sealed:
                text = keys[body.author].open(body.text, TEXT, owner)
                bodies.append(replace(body, v=1, text=text))
            case _:
                bodies.append(body)
    return bodies
