"""Kept under traffic, then everything is lost: what was kept comes back, and feeds follow it."""

import json
import threading
from pathlib import Path

import httpx

from launcher.system import Addresses
from tests.acceptance.people import Person
from tests.command_line import slackwater
from tests.waiting import until
from tests.whole_system import whole_system

KEY = "the same key before and after, of at least 32 bytes"


def done(addresses: Addresses, *arguments: str) -> dict[str, object]:
    command = slackwater(addresses, *arguments, "--json")
    assert command.exit_code == 0, command.stderr
    return json.loads(command.stdout)


def test_from_a_backup_under_traffic_over_the_loss_of_everything_to_feeds_that_agree(
    tmp_path: Path,
) -> None:
    backup, stop = tmp_path / "backup", threading.Event()
    with (
        whole_system(tmp_path / "first", token_key=KEY) as first,
        httpx.Client(base_url=first.addresses.gateway, timeout=30) as http,
    ):
        ada, bob = (Person.register(http, name) for name in ("ada", "bob"))
        ada.follow(bob)

        def post() -> None:
            number = 0
            while not stop.is_set():
                number += 1
                bob.post(str(number))

        traffic = threading.Thread(target=post)
        traffic.start()
        try:
            until(lambda: ada.feed().json()["items"], "bob's posts come")
            kept = done(first.addresses, "backup", str(backup))
            until(lambda: bob.position > int(str(kept["head"])), "posts after the backup")
        finally:
            stop.set()
            traffic.join()
        newest_token = ada.feed_as_of(bob.position).headers["Feed-Token"]
        posts = (
            int(str(kept["head"])) - 5
        )  # but for two registrations, of two events each, and a follow
        assert posts > 0

    with (
        whole_system(tmp_path / "second", token_key=KEY) as second,
        httpx.Client(base_url=second.addresses.gateway, timeout=30) as http,
    ):
        restored = done(second.addresses, "restore", str(backup))
        assert restored["restored_as"] != restored["epoch"]
        ada, bob = (
            Person(http, one.id, one.handle, one.token, int(str(kept["head"])))
            for one in (ada, bob)
        )
        bob.post("after")
        expected = ["after", *(str(number) for number in range(posts, 0, -1))][:100]
        assert ada.texts_as_of(bob.position) == expected
        void = http.get("/feed/", headers=ada.headers | {"Feed-Token": newest_token})
        assert void.status_code == 410, void.text
        judged = slackwater(second.addresses, "verify", "--json")
        assert judged.exit_code == 0, judged.stdout
