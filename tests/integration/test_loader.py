"""Bulk loads into a real Valkey."""

import numpy as np
import pytest
from redis import Redis
from redis.exceptions import RedisError, ResponseError

from projections.history import bulk_strings
from projections.history.loader import Loader
from tests.servers import Servers


@pytest.mark.parametrize("length", [0, 1, 1_000, 2_500])
def test_a_list_of_any_length_arrives_in_its_order(redis: Redis, length: int) -> None:
    with Loader(redis) as loader:
        loader.push([np.arange(length), np.arange(3)], [["list", "other"], ["third"]])
    for key in ("list", "other"):
        assert redis.lrange(key, 0, -1) == [b"%d" % number for number in range(length)]
    assert redis.lrange("third", 0, -1) == [b"0", b"1", b"2"]


def test_numbers_of_any_length_arrive_as_they_are(redis: Redis) -> None:
    lengths = [0, *(at for n in range(1, 18) for at in (10**n - 1, 10**n)), (1 << 62) - 1]
    with Loader(redis) as loader:
        loader.push([np.array(lengths[::-1])], [["list"]])
    assert [int(entry) for entry in redis.lrange("list", 0, -1)] == lengths[::-1]


def test_many_lists_arrive_each_under_its_key(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_strings, "NUMBERS_AT_ONCE", 10)
    lists = [np.arange(number, number + number % 5) for number in range(100)]
    with Loader(redis) as loader:
        loader.push(lists, ([str(number)] for number in range(100)))
    for number, those in enumerate(lists):
        assert [int(entry) for entry in redis.lrange(str(number), 0, -1)] == those.tolist()


def test_a_load_that_is_refused_is_an_error(redis: Redis) -> None:
    redis.set("text", "x")
    with pytest.raises(ResponseError), Loader(redis) as loader:
        loader.add("RPUSH", "text", 1)


def test_a_server_that_goes_away_is_an_error(servers: Servers) -> None:
    away = Redis.from_url(servers.redis_url.replace("unix://", "unix:///nowhere"))
    with pytest.raises(RedisError), Loader(away) as loader:
        loader.add("RPUSH", "list", 1)
