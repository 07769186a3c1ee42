"""What may be carried out together: only what could come in any order, and posts of one person."""

from uuid import uuid4

import pytest

from command_api import commands
from command_api.commands import AnyCommand
from command_api.independence import independent

ADA, BOB, CYD = uuid4(), uuid4(), uuid4()


def follow(one: object, other: object) -> AnyCommand:
    assert isinstance(one, type(ADA))
    assert isinstance(other, type(ADA))
    return commands.set_following(person=one, followee=other, following=True)


NEW = commands.register(handle="new", display_name=None)
POST = commands.publish(person=ADA, text="one")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (NEW, commands.publish(person=NEW.subject, text="one")),
        (commands.publish(person=NEW.subject, text="one"), NEW),
        (NEW, follow(ADA, NEW.subject)),
        (follow(ADA, NEW.subject), NEW),
        (NEW, commands.register(handle="NEW", display_name=None)),
        (POST, commands.delete(person=ADA, post=POST.subject)),
        (POST, commands.delete(person=BOB, post=POST.subject)),
        (commands.delete(person=BOB, post=POST.subject), POST),
        (follow(ADA, BOB), follow(ADA, BOB)),
        (follow(ADA, BOB), follow(ADA, CYD)),
        (follow(ADA, BOB), POST),
        (POST, follow(ADA, BOB)),
    ],
)
def test_what_depends_on_another_command_waits_for_it(
    first: AnyCommand, second: AnyCommand
) -> None:
    other = commands.publish(person=CYD, text="before")
    assert list(independent([other, first, second])) == [other, first]
    assert list(independent([second])) == [second]


def test_what_does_not_goes_together() -> None:
    together = [
        NEW,
        POST,
        commands.publish(person=ADA, text="two"),
        follow(BOB, CYD),
        commands.register(handle="other", display_name=None),
    ]
    assert list(independent(together)) == together
    assert list(independent([])) == []
