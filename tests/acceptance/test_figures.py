"""Running processes tell what alarms need to know of the servers and disks below them."""

import httpx

from tests.waiting import until
from tests.whole_system import Running


def told(url: str, figure: str) -> float | None:
    """A figure, with its labels, as a process tells it."""
    lines = httpx.get(url).text.splitlines()
    found = [line.rsplit(" ", 1)[1] for line in lines if line.startswith(f"{figure} ")]
    return float(found[0]) if found else None


def test_the_relay_tells_how_much_memory_valkey_uses(running: Running) -> None:
    url = running.addresses.metrics["relay"]
    until(lambda: told(url, "slackwater_valkey_used_memory_bytes"), "it is told")
    assert told(url, "slackwater_valkey_max_memory_bytes") is not None


def test_a_command_api_tells_how_much_room_its_journal_has(running: Running) -> None:
    url = f"{running.addresses.command_api}/metrics"
    free = told(url, 'slackwater_disk_free_bytes{disk="journal"}')
    size = told(url, 'slackwater_disk_size_bytes{disk="journal"}')
    assert free is not None
    assert size is not None
    assert 0 < free < size
