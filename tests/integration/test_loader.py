"""Bulk loads into a real Valkey."""

import pytest
from redis import Redis
from redis.exceptions import ResponseError

from projections.history.loader import Loader


@pytest.mark.parametrize("length", [0, 1, 1_000, 2_500])
def test_a_list_of_any_length_arrives_in_its_order(redis: Redis, length: int) -> None:
    with Loader(redis) as loader:
        loader.push(range(length), "list", "other")
    for key in ("list", "other"):
        assert redis.lrange(key, 0, -1) == [b"%d" % number for number in range(length)]


def test_a_load_that_is_refused_is_an_error(redis: Redis) -> None:
    redis.set("text", "x")
    with pytest.raises(ResponseError), Loader(redis) as loader:
        loader.add("RPUSH", "text", 1)
