"""Each user of Valkey carries out what its process needs, and is refused everything else."""

from collections.abc import Generator
from contextlib import closing
from hashlib import sha1

import pytest
from redis import Redis
from redis.exceptions import AuthenticationError, NoPermissionError, ResponseError

from tests.integration.own_roles import OwnRoles, own_roles
from tests.integration.user_commands import COMMANDS, FEED, USERS

REFUSALS = "ACL failure", "not allowed"
"""To a script, to debug, and to what no script may."""

A_WRITE = "return redis.call('LPUSH', KEYS[1], 1)"


@pytest.fixture(scope="module")
def users(tmp_path_factory: pytest.TempPathFactory) -> Generator[OwnRoles]:
    with own_roles(tmp_path_factory.mktemp("users")) as users:
        yield users


def is_allowed(url: str, *command: str) -> bool:
    """Whether it is let through, at whatever it fails then."""
    with closing(Redis.from_url(url, protocol=2)) as redis:
        try:
            redis.execute_command(*command)
        except NoPermissionError:
            return False
        except ResponseError as error:
            return not any(refusal in str(error) for refusal in REFUSALS)
    return True


@pytest.mark.parametrize("user", USERS)
def test_a_user_may_do_what_the_table_says_and_nothing_else(users: OwnRoles, user: str) -> None:
    url = users.redis_url(user)
    wrong = {
        command: "is allowed" if may else "is refused"
        for command, who in COMMANDS.items()
        if (may := is_allowed(url, *command)) != (user in who)
    }
    assert wrong == {}


def test_who_answers_readers_cannot_write_by_a_script_that_others_have_loaded(
    users: OwnRoles,
) -> None:
    assert is_allowed(users.redis_url("projector"), "SCRIPT", "LOAD", A_WRITE)
    digest = sha1(A_WRITE.encode()).hexdigest()
    assert not is_allowed(users.redis_url("query_api"), "EVALSHA", digest, "1", FEED)
    assert is_allowed(users.redis_url("projector"), "EVALSHA", digest, "1", FEED)


def test_nobody_comes_in_without_a_name(users: OwnRoles) -> None:
    with closing(Redis.from_url(users.valkey_url)) as redis, pytest.raises(AuthenticationError):
        redis.ping()


def test_who_asks_whether_it_is_alive_can_ask_nothing_else(users: OwnRoles) -> None:
    password = (users.secrets / "valkey_health_password").read_text(encoding="utf-8").strip()
    url = users.valkey_url.replace("unix://", f"unix://slackwater_health:{password}@")
    assert is_allowed(url, "PING")
    for command in COMMANDS:
        assert command == ("PING",) or not is_allowed(url, *command), command


def test_who_looks_at_everything_changes_nothing(users: OwnRoles) -> None:
    password = (users.secrets / "valkey_browser_password").read_text(encoding="utf-8").strip()
    url = users.valkey_url.replace("unix://", f"unix://slackwater_browser:{password}@")
    reads = {"PING", "GET", "XREVRANGE", "LRANGE", "HGETALL", "INFO"}
    for command in COMMANDS:
        assert is_allowed(url, *command) == (command[0] in reads), command
