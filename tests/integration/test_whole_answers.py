"""Answers of a real Valkey as bytes, and what history expects of them."""

from dataclasses import dataclass
from typing import cast

import numpy as np
import pytest
from redis import Redis
from redis.exceptions import RedisError, ResponseError

from projections.packed import pack
from projections.verify.expected import ExpectedAnswers
from projections.verify.rows import Rows
from projections.verify.truth import Numbers, Truth
from projections.whole_answers import WholeAnswers, parsed, strings_at
from tests.servers import Servers

PEOPLE = [1, 2, 7, 12, 98, 99, 101, 1_000, 54_321]
POSTS = [100, 55_555, 999_999]


@dataclass
class Known:
    """As much of the truth as lists are expected from."""

    people: Numbers
    post: Numbers
    position: int = 1_000_000
    revision: int = 1


def expected_of(lists: list[list[int]], known: Known) -> bytes:
    rows = Rows(
        np.array([number for one in lists for number in one], np.int64),
        np.array([len(one) for one in lists], np.int64),
    )
    return b"".join(ExpectedAnswers(cast("Truth", known)).lists(rows))


@pytest.mark.parametrize(
    "lists",
    [
        [],
        [[], []],
        [POSTS[::-1], [], PEOPLE, [*POSTS, *PEOPLE]],
        [[999_999], [999_999, 999_999]],
        [[1]],
    ],
)
def test_what_is_expected_of_a_list_is_what_the_server_answers(
    redis: Redis, lists: list[list[int]]
) -> None:
    for number, entries in enumerate(lists):
        if entries:
            redis.rpush(f"list{number}", *entries)
    answers = WholeAnswers(redis)
    asked = [pack(("LRANGE", f"list{number}", 0, -1)) for number in range(len(lists))]
    known = Known(np.array(PEOPLE), np.array(POSTS))
    assert answers.at_one_instant(asked) == expected_of(lists, known)
    answers.close()


def test_nothing_is_expected_where_nobody_is_there() -> None:
    nobody = Known(np.empty(0, np.int64), np.empty(0, np.int64), position=0)
    assert expected_of([[], []], nobody) == b"*0\r\n*0\r\n"


def test_answers_of_any_length_come_whole(redis: Redis) -> None:
    redis.rpush("long", *range(300_000))
    answers = WholeAnswers(redis)
    [found, missing] = parsed(
        answers.at_one_instant([pack(("LRANGE", "long", 0, -1)), pack(("GET", "none"))])
    )
    assert [int(entry) for entry in found] == list(range(300_000))
    assert missing is None
    answers.close()


def test_strings_are_read_from_the_front_and_something_else_is_not(redis: Redis) -> None:
    redis.hset("hash", mapping={"a": "1\r\n2", "b": ""})
    redis.set("text", "x")
    answers = WholeAnswers(redis)
    asked = [pack(("HMGET", "hash", "a", "b", "c")), pack(("HMGET", "text", "a"))]
    whole = answers.at_one_instant(asked)
    read = strings_at(whole, 0)
    assert read is not None
    strings, end = read
    assert strings == [b"1\r\n2", b"", None]
    assert strings_at(whole, end) is None
    assert isinstance(parsed(whole[end:])[0], ResponseError)
    answers.close()


def test_a_refused_transaction_is_an_error_and_the_next_one_is_answered(redis: Redis) -> None:
    answers = WholeAnswers(redis)
    with pytest.raises(ResponseError):
        answers.at_one_instant([pack(("NOSUCHCOMMAND", "key"))])
    assert answers.at_one_instant([pack(("EXISTS", "key"))]) == b":0\r\n"
    answers.close()


def test_a_server_that_goes_away_is_an_error(servers: Servers) -> None:
    away = Redis.from_url(servers.redis_url.replace("unix://", "unix:///nowhere"))
    with pytest.raises(RedisError):
        WholeAnswers(away).at_one_instant([pack(("PING",))])
