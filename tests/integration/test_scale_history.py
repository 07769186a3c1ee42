"""A history written straight into the store is one that the application could have written."""

from collections import defaultdict
from contextlib import closing
from uuid import UUID

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent

from command_api.application import Slackwater
from command_api.errors import HandleTaken
from command_api.event_store.mapper import EventMapper
from domain.events import Deleted, Followed, HandleClaimed, Published, Registered
from launcher.scale.history import MadeHistory
from launcher.scale.sizes import Sizes
from launcher.scale.writing import StoreNotEmpty, write_history
from projections.log.store import Store
from projections.progress import Silence

SIZES = Sizes(people=120, follows=600, posts=300, seed=3)

SCHEMA = """
SELECT indexdef FROM pg_indexes WHERE tablename = 'slackwater_events'
UNION ALL
SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = 'slackwater_events'::regclass
ORDER BY 1
"""


@pytest.fixture
def made() -> MadeHistory:
    return MadeHistory(SIZES)


def write(database_url: str, made: MadeHistory) -> int:
    total = made.timeline.events
    return write_history(database_url, made.events(), total, Silence(), lambda: None)


def schema_of(database_url: str) -> list[tuple[str]]:
    with psycopg.connect(database_url) as connection:
        return connection.execute(SCHEMA).fetchall()


def test_rows_are_those_that_the_application_writes_and_indexes_as_before(
    made: MadeHistory, write_model: Slackwater, database_url: str, store: Store
) -> None:
    before = schema_of(database_url)
    last = write(database_url, made)
    assert schema_of(database_url) == before != []
    mapper = EventMapper()
    expected = [(position, mapper.to_stored_event(one)) for position, one in made.events()]
    found = [
        (entry.position, entry.originator_id, entry.topic, entry.state)
        for entry in store.read_after(0, 10 * last)
    ]
    assert found == [(at, one.originator_id, one.topic, one.state) for at, one in expected]
    by_aggregate: dict[UUID, list[tuple[int, StoredEvent]]] = defaultdict(list)
    for position, one in expected:
        assert isinstance(one.originator_id, UUID)
        by_aggregate[one.originator_id].append((position, one))
    assert any(len(events) == 3 for events in by_aggregate.values()), "somebody follows again"
    for aggregate, events in by_aggregate.items():
        read = write_model.recorder.select_aggregate(aggregate)
        assert [(each.id, each.originator_version) for each in read] == [
            (position, version) for version, (position, _) in enumerate(events, 1)
        ]


def test_commands_make_the_same_events_and_go_on_with_the_history(
    made: MadeHistory, write_model: Slackwater, database_url: str, store: Store
) -> None:
    last = write(database_url, made)
    one, other = (made.person_id(place) for place in (0, 1))
    assert write_model.number_of(one) == made.numbers[0]
    with pytest.raises(HandleTaken):
        write_model.register(handle="PERSON_0", display_name=None)
    new = write_model.register(handle="newcomer", display_name="New")
    assert new.position == last + 2
    write_model.set_following(follower_id=new.id, followee_id=other, following=True)
    post = write_model.publish(author_id=one, text="Still here.")
    write_model.delete(caller_id=one, post_id=post.id)
    claimed, registered, followed, published, deleted = (
        entry.body for entry in store.read_after(last, 10)
    )
    assert isinstance(claimed, HandleClaimed)
    assert isinstance(registered, Registered)
    assert isinstance(followed, Followed)
    assert followed.followee == made.numbers[1]
    assert isinstance(published, Published)
    assert published.author == made.numbers[0]
    assert isinstance(deleted, Deleted)


def test_a_pair_goes_on_where_history_left_it(
    made: MadeHistory, write_model: Slackwater, database_url: str
) -> None:
    last = write(database_url, made)
    network = made.network
    for follower, followee in zip(network.follower[:40], network.followee[:40], strict=True):
        pair = {
            "follower_id": made.person_id(int(follower)),
            "followee_id": made.person_id(int(followee)),
        }
        stood = write_model.set_following(**pair, following=False)
        assert write_model.set_following(**pair, following=True).position > stood.position
    assert write_model.recorder.select_head() > last


def test_a_store_that_has_a_history_is_left_alone(
    made: MadeHistory, write_model: Slackwater, database_url: str
) -> None:
    write_model.register(handle="first", display_name=None)
    before = schema_of(database_url)
    with pytest.raises(StoreNotEmpty):
        write(database_url, made)
    assert write_model.recorder.select_head() == 2
    assert schema_of(database_url) == before


def test_who_is_stopped_in_the_middle_leaves_an_empty_store(
    made: MadeHistory, write_model: Slackwater, database_url: str
) -> None:
    before = schema_of(database_url)

    def stop() -> None:
        raise InterruptedError

    with closing(write_model), pytest.raises(InterruptedError):
        write_history(database_url, made.events(), 1, Silence(), stop)
    assert schema_of(database_url) == before
    with closing(Slackwater(database_url)) as again:
        again.open()
        assert again.recorder.select_head() == 0
