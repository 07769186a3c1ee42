"""Redis comes back intact, without its last seconds, in part or empty: it refills by itself."""

from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path
from typing import cast

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import OutOfMemoryError

from command_api.application import RegisteredPerson, Slackwater
from projections.generations import Generations
from projections.log.relay import EPOCH_CHANGES
from projections.log.store import Store
from projections.log.stream import EPOCH, STREAM
from projections.shards import generations_key
from tests.integration.own_valkey import OwnValkey
from tests.integration.pipeline import Pipeline, no_wait
from tests.integration.restored_store import assert_equal_to_history, settle


@pytest.fixture
def valkey(tmp_path: Path) -> Generator[OwnValkey]:
    valkey = OwnValkey(tmp_path)
    yield valkey
    valkey.stop()


@pytest.fixture
def living(valkey: OwnValkey, write_model: Slackwater, store: Store) -> Generator[Pipeline]:
    """A pipeline whose read models are at the head, with follows and trimmed windows."""
    pipeline = Pipeline(write_model, store, valkey.redis, shards=2, window=3)
    with closing(pipeline):
        live_on(pipeline, "first")
        yield pipeline


def live_on(pipeline: Pipeline, name: str) -> None:
    """Some more history, carried and projected."""
    write = pipeline.write_model
    ada, bob = (write.register(handle=f"{name}_{n}", display_name=None) for n in range(2))
    posts(write, ada, 2)
    write.set_following(follower_id=bob.id, followee_id=ada.id, following=True)
    posts(write, ada, 5)
    write.delete(caller_id=ada.id, post_id=write.publish(author_id=ada.id, text="gone").id)
    settle(pipeline)


def posts(write_model: Slackwater, author: RegisteredPerson, count: int) -> None:
    for number in range(count):
        write_model.publish(author_id=author.id, text=f"{number}")


def come_back(pipeline: Pipeline, database_url: str) -> None:
    """Everything is where the store is, by itself; and goes on from there, in the same epoch."""
    changes = EPOCH_CHANGES._value.get()
    # Who had a connection finds out first that it is gone.
    for call in (pipeline.own_relay.step, pipeline.own_relay.step):
        pipeline.own_relay._member._next_beat = 0.0
        try:
            call(no_wait)
        except RedisConnectionError:
            continue
    settle(pipeline)
    assert_equal_to_history(pipeline, database_url)
    live_on(pipeline, "afterwards")
    assert_equal_to_history(pipeline, database_url)
    assert EPOCH_CHANGES._value.get() == changes


def test_it_comes_back_as_it_was(valkey: OwnValkey, living: Pipeline, database_url: str) -> None:
    valkey.restart()
    come_back(living, database_url)


@pytest.mark.parametrize("share", [0.05, 0.3, 0.6, 0.9, 0.999])
def test_it_comes_back_without_the_last_it_was_told(
    valkey: OwnValkey, living: Pipeline, database_url: str, share: float
) -> None:
    before = valkey.written()
    live_on(living, "second")
    lost_from = before + int(share * (valkey.written() - before))
    head = living.stream.last_position()
    valkey.lose_all_but(lost_from)
    assert living.stream.last_position() <= head
    come_back(living, database_url)


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_it_comes_back_with_hardly_anything(
    valkey: OwnValkey, living: Pipeline, database_url: str, share: float
) -> None:
    """Cut in the middle of its first fill: registries, stream and shards all begin."""
    valkey.lose_all_but(int(share * valkey.written()))
    come_back(living, database_url)


def test_it_comes_back_empty(valkey: OwnValkey, living: Pipeline, database_url: str) -> None:
    valkey.lose_everything()
    assert valkey.redis.dbsize() == 0
    come_back(living, database_url)


def lose_the_stream(pipeline: Pipeline) -> None:
    pipeline.redis.delete(STREAM)


def lose_the_end_of_the_stream(pipeline: Pipeline) -> None:
    pipeline.redis.delete(STREAM)
    pipeline.stream.append(pipeline.store.epoch(), 0, pipeline.store.read_after(0, 4))


def lose_the_epoch(pipeline: Pipeline) -> None:
    pipeline.redis.delete(EPOCH)


def lose_the_registries(pipeline: Pipeline) -> None:
    for shard in pipeline.checkpoints():
        pipeline.redis.delete(generations_key(shard.generation.projection))


def lose_some_shards(pipeline: Pipeline) -> None:
    for shard in list(pipeline.checkpoints())[::2]:
        pipeline.redis.delete(*pipeline.redis.keys(f"{shard.tag}*"))


def lose_all_shards(pipeline: Pipeline) -> None:
    for shard in pipeline.checkpoints():
        pipeline.redis.delete(*pipeline.redis.keys(f"{shard.tag}*"))


def lose_all_scripts(pipeline: Pipeline) -> None:
    pipeline.redis.script_flush()


@pytest.mark.parametrize(
    "lose",
    [
        lose_the_stream,
        lose_the_end_of_the_stream,
        lose_the_epoch,
        lose_the_registries,
        lose_some_shards,
        lose_all_shards,
        lose_all_scripts,
    ],
)
def test_it_comes_back_in_part(
    living: Pipeline, database_url: str, lose: Callable[[Pipeline], None]
) -> None:
    lose(living)
    come_back(living, database_url)


def test_what_is_left_of_generations_that_no_registry_knows_is_not_mixed_with_new_ones(
    living: Pipeline, redis: Redis
) -> None:
    """They may have had another number of shards; the relay removes them."""
    lose_the_registries(living)
    generations = Generations(living.redis)
    [first, again] = [generations.ensure_active("posts", shards=3, window=9) for _ in range(2)]
    assert (first.number, first.shards) == (2, 3)
    assert again == first
    while living.read_models.remove_lost():
        pass
    left = cast("list[bytes]", living.redis.keys("{posts:1:*"))
    assert {key.rpartition(b"}")[2] for key in left} == {b"checkpoint"}


def test_without_memory_nothing_is_written_half_and_all_goes_on_when_there_is_some(
    living: Pipeline, database_url: str
) -> None:
    def everything() -> dict[bytes, object]:
        keys = cast("list[bytes]", living.redis.keys("*{*"))
        return {key: living.redis.dump(key) for key in keys}

    projector, before = living.projector(), everything()
    author = living.write_model.register(handle="late", display_name=None)
    posts(living.write_model, author, 5)
    living.redis.config_set("maxmemory", "1")
    for step in (lambda: living.own_relay.step(no_wait), projector.step):
        living.own_relay._member._next_beat = 0.0
        with pytest.raises(OutOfMemoryError):
            step()
    living.redis.config_set("maxmemory", "0")
    living.carry()
    living.redis.config_set("maxmemory", "1")
    with pytest.raises(OutOfMemoryError):
        projector.step()
    assert everything() == before
    living.redis.config_set("maxmemory", "0")
    come_back(living, database_url)
