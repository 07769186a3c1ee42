"""The API's acceptance suite against the gateway, with one process of each kind killed half-way."""

from collections.abc import Callable

import pytest
from _pytest.capture import CaptureManager

from tests.compose_check.tools import ROOT

SUITE = ROOT / "tests" / "acceptance"


class _ThroughTheGateway:
    """Lets run what asks for nothing but the gateway; the rest takes parts away by itself, or looks
    into files of `slackwater up`: `make test` runs it.
    """

    def __init__(self, gateway: str, half_way: Callable[[], None]) -> None:
        self._gateway = gateway
        self._half_way = half_way
        self._chosen: list[str] = []

    def pytest_addoption(self, parser: pytest.Parser) -> None:
        parser.addoption("--gateway", default=self._gateway)

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Function]
    ) -> None:
        all_items = list(items)
        items[:] = [item for item in items if _asks_only_the_gateway(item)]
        self._chosen = [item.nodeid for item in items]
        config.hook.pytest_deselected(items=[one for one in all_items if one not in items])

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        if item.nodeid == self._chosen[len(self._chosen) // 2]:
            capture = item.config.pluginmanager.getplugin("capturemanager")
            assert isinstance(capture, CaptureManager)
            with capture.global_and_fixture_disabled():
                self._half_way()


def _asks_only_the_gateway(item: pytest.Function) -> bool:
    return "gateway" in item.fixturenames and "running" not in item.fixturenames


def run_suite(gateway: str, half_way: Callable[[], None]) -> int:
    """Runs it in this process. Returns pytest's exit code: 0 if everything passed."""
    shown = ["-o", "console_output_style=count", "-p", "no:cacheprovider", "--maxfail", "3"]
    in_this_process = ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
    plugins = [_ThroughTheGateway(gateway, half_way)]
    return pytest.main([str(SUITE), *shown, *in_this_process], plugins=plugins)
