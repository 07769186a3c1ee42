"""Every process has rights enough for all of its work, under its own role and user."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest
from redis import Redis

from tests.integration.own_roles import OwnRoles, own_roles
from tests.integration.whole_life import Processes, live


@pytest.fixture(scope="module")
def roles(tmp_path_factory: pytest.TempPathFactory) -> Generator[OwnRoles]:
    with own_roles(tmp_path_factory.mktemp("own_roles")) as roles:
        yield roles


def test_a_whole_pipeline_has_rights_enough(roles: OwnRoles, tmp_path: Path) -> None:
    with closing(Redis.from_url(roles.admin_redis_url())) as admin:
        admin.execute_command("ACL", "LOG", "RESET")
        processes = Processes(roles)
        with processes.closing:
            live(roles, processes, tmp_path)
        assert admin.execute_command("ACL", "LOG") == [], "Valkey has refused something"
