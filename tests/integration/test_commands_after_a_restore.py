"""Commands after the store was put back to a backup: nothing that was remembered goes into it."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from command_api import commands
from command_api.application import RegisteredPerson, Slackwater
from command_api.errors import PersonNotFound, PostNotFound
from domain.codec import CODEC
from domain.events import Followed, Published
from projections.log.store import Store
from tests.integration.backups import Backup
from tests.integration.command_api import events
from tests.rewriting import rewriting


@pytest.fixture(params=[True, False])
def put_back(
    write_model: Slackwater, database_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Callable[[], None]:
    """Puts the store back to where nobody was registered but Ada."""
    backup = Backup.of(database_url, tmp_path / "backup.sql")
    return lambda: backup.put_back(cut=request.param)


@pytest.fixture
def ada(write_model: Slackwater) -> RegisteredPerson:
    return write_model.register(handle="ada", display_name=None)


def test_a_person_whom_the_backup_does_not_have_is_unknown(
    ada: RegisteredPerson, put_back: Callable[[], None], write_model: Slackwater
) -> None:
    bob = write_model.register(handle="bob", display_name=None)
    put_back()
    cyd = write_model.register(handle="cyd", display_name=None)
    assert cyd.position == bob.position, "another person has his number"
    with pytest.raises(PersonNotFound):
        write_model.publish(author_id=bob.id, text="lost")
    with pytest.raises(PersonNotFound):
        write_model.set_following(follower_id=ada.id, followee_id=bob.id, following=True)


def test_a_person_who_has_another_number_since_goes_by_the_new_one(
    ada: RegisteredPerson, put_back: Callable[[], None], write_model: Slackwater, store: Store
) -> None:
    write_model._decider.learn(ada.id, 1, None)  # as it was in another history
    put_back()
    bob = write_model.register(handle="bob", display_name=None)
    post = write_model.publish(author_id=ada.id, text="here")
    follow = write_model.set_following(follower_id=ada.id, followee_id=bob.id, following=True)
    bodies = {e.position: CODEC.decode(e.topic, e.state) for e in store.read_after(0, 100)}
    published, followed = bodies[post.position], bodies[follow.position]
    assert isinstance(published, Published)
    assert isinstance(followed, Followed)
    assert published.author == followed.follower == ada.position
    assert followed.followee == bob.position


def test_who_registers_again_elsewhere_gets_a_key_if_only_the_events_were_put_back(
    ada: RegisteredPerson, write_model: Slackwater, database_url: str
) -> None:
    again = commands.register(handle="bob", display_name=None, key="as good as any other key")
    first = write_model.execute(again)
    with psycopg.connect(database_url) as connection, rewriting(connection):
        for table, column in (("events", "notification_id"), ("commands", "position")):
            connection.execute(
                SQL("DELETE FROM {} WHERE {} > %s").format(
                    Identifier(f"slackwater_{table}"), Identifier(column)
                ),
                (ada.position,),
            )
    write_model.publish(author_id=ada.id, text="another future")
    second = write_model.execute(again)
    assert second.position != first.position
    assert write_model.publish(author_id=again.subject, text="can be read").position


def test_no_post_is_sealed_with_a_key_of_a_lost_history(
    ada: RegisteredPerson, write_model: Slackwater, store: Store, database_url: str, tmp_path: Path
) -> None:  # fmt: skip
    assert ada.position
    backup = Backup.of(database_url, tmp_path / "backup.sql")
    bob = commands.register(handle="bob", display_name=None, key="as good as any other key")
    with closing(Slackwater(database_url)) as other:
        other.open()
        first = write_model.execute(bob)
        other.publish(author_id=bob.subject, text="another process knows him")
        backup.put_back(cut=False)
        epoch = store.epoch()
        store.renew_epoch(found=epoch, carried=epoch)
        assert write_model.execute(bob).position == first.position, "at the very same place"
        other.publish(author_id=bob.subject, text="can be read")
    [post] = [body for body in events(store) if isinstance(body, Published)]
    assert post.text == "can be read"


def test_a_post_that_the_backup_does_not_have_cannot_be_deleted(
    ada: RegisteredPerson, put_back: Callable[[], None], write_model: Slackwater, store: Store
) -> None:
    post = write_model.publish(author_id=ada.id, text="lost")
    read = write_model.recorder.select_aggregate

    def read_and_restore(originator_id: object) -> object:
        found = read(post.id)
        put_back()
        write_model.recorder.select_aggregate = read
        return found if originator_id == post.id else read(ada.id)

    write_model.recorder.select_aggregate = read_and_restore  # pyright: ignore
    with pytest.raises(PostNotFound):
        write_model.delete(caller_id=ada.id, post_id=post.id)
    assert len(store.read_after(0, 100)) == 2


def test_an_answer_names_the_epoch_in_which_it_was_committed(
    ada: RegisteredPerson, write_model: Slackwater, store: Store
) -> None:
    before = store.epoch()
    assert write_model.epoch == before
    renewed = store.renew_epoch(found=before, carried=before)
    write_model.publish(author_id=ada.id, text="afterwards")
    assert write_model.epoch == renewed != before
