"""Redis with one history, a store with another: nothing is judged, built or mended across them."""

from collections.abc import Generator
from contextlib import closing
from typing import Any

import pytest

from command_api.application import Slackwater
from projections.home_feed.keys import HOME_FEED
from projections.log.store import Store
from projections.log.stream import EPOCH
from projections.progress import Silence
from projections.rebuild.rebuild import Rebuild, Servers
from projections.relational.keys import RELATIONAL
from projections.shards import State
from projections.verify.errors import CannotTell
from projections.verify.inspection import Sample
from projections.verify.verification import Verification
from tests import servers as real
from tests.integration.pipeline import Pipeline


@pytest.fixture
def other_url(servers: real.Servers) -> Generator[str]:
    """A database with a history of its own."""
    with real.empty_database(servers.postgres_url) as url:
        with closing(Slackwater(url)) as other:
            other.open()
            other.register(handle="somebody_else", display_name=None)
        yield url


@pytest.fixture
def other_store(other_url: str) -> Generator[Store]:
    with closing(Store(other_url, application="slackwater tests")) as store:
        yield store


def everything(pipeline: Pipeline) -> dict[Any, object]:
    return {key: pipeline.redis.dump(key) for key in pipeline.redis.keys("{*")}


def states(pipeline: Pipeline) -> list[State]:
    return [one.state for one in pipeline.generations.listed(HOME_FEED)]


@pytest.mark.parametrize("repair", [False, True])
@pytest.mark.parametrize("names", [[HOME_FEED], [RELATIONAL], []])
def test_verification_has_no_verdict_and_mends_nothing(
    lived_in: Pipeline, other_url: str, names: list[str], *, repair: bool
) -> None:
    before, entries = everything(lived_in), lived_in.stream.length()
    with (
        Verification(other_url, lived_in.redis) as verification,
        pytest.raises(CannotTell, match="two different histories"),
    ):
        verification.run(names, Sample(), Silence(), repair=repair)
    assert everything(lived_in) == before
    assert lived_in.stream.length() == entries


def test_a_rebuild_builds_nothing(lived_in: Pipeline, other_url: str, other_store: Store) -> None:
    [active], before = lived_in.generations.active([HOME_FEED]), everything(lived_in)
    rebuild = Rebuild(Servers(other_url, lived_in.redis), other_store, active, Silence())
    with pytest.raises(CannotTell, match="two different histories"):
        rebuild.run(shards=2, window=4, activate=True)
    assert everything(lived_in) == before
    assert states(lived_in) == [State.ACTIVE]


def test_a_generation_that_rests_is_not_activated(
    lived_in: Pipeline, database_url: str, other_url: str, other_store: Store
) -> None:
    [active] = lived_in.generations.active([HOME_FEED])
    own = Rebuild(Servers(database_url, lived_in.redis), lived_in.store, active, Silence())
    own.run(shards=2, window=4, activate=False)
    [_, resting] = lived_in.generations.listed(HOME_FEED)
    before = everything(lived_in)
    rebuild = Rebuild(Servers(other_url, lived_in.redis), other_store, active, Silence())
    with pytest.raises(CannotTell, match="two different histories"):
        rebuild.activate(resting.generation)
    assert everything(lived_in) == before
    assert states(lived_in) == [State.ACTIVE, State.RESTING]


def test_a_rebuild_under_which_the_history_is_replaced_does_not_switch(
    lived_in: Pipeline, database_url: str, other_store: Store
) -> None:
    [active], before = lived_in.generations.active([HOME_FEED]), everything(lived_in)

    class Replaced(Silence):
        def begin(self, phase: str, total: int | None) -> None:  # noqa: ARG002
            if phase == "verifying":
                lived_in.redis.set(EPOCH, other_store.epoch())

    servers = Servers(database_url, lived_in.redis)
    with pytest.raises(CannotTell, match="two different histories"):
        Rebuild(servers, lived_in.store, active, Replaced()).run(shards=2, window=4, activate=True)
    assert everything(lived_in) == before
    assert states(lived_in) == [State.ACTIVE]
