"""The whole system for all tests that break something of it, the drills among them: one for all."""

from collections.abc import Generator

import pytest

from tests.drills.scene import Scene, drill_scene
from tests.places import let_through


@pytest.fixture(scope="session")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Generator[Scene]:
    """Everything, on free ports."""
    with drill_scene(let_through(tmp_path_factory.mktemp("drills")), tell=print) as scene:
        yield scene
