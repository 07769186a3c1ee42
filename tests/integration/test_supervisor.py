"""Children in care: in which order they end."""

import os
import sys
from pathlib import Path

from launcher.child import Program
from launcher.supervisor import Supervisor
from tests.waiting import until

LAST_WORD = """
import pathlib, signal, sys, threading
name, book, seconds = sys.argv[1:]
asked = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: asked.set())
pathlib.Path(book, f"{name} is ready").touch()
asked.wait()
threading.Event().wait(float(seconds))
with open(pathlib.Path(book, "ends"), "a") as ends:
    print(name, file=ends)
"""


def test_servers_end_after_all_who_need_them_and_those_do_not_wait_for_one_another(
    tmp_path: Path,
) -> None:
    supervisor = Supervisor(tell=print)
    for name, seconds, is_server in [
        ("server", 0, True),
        ("quick", 0, False),
        ("slow", 0.5, False),
    ]:
        arguments = [sys.executable, "-c", LAST_WORD, name, str(tmp_path), str(seconds)]
        log = tmp_path / f"{name}.log"
        supervisor.add(Program(name, arguments, dict(os.environ), log, is_server=is_server))
    for name in supervisor.names():
        until((tmp_path / f"{name} is ready").exists, f"{name} is ready")
    supervisor.stop_all()
    assert (tmp_path / "ends").read_text().split() == ["quick", "slow", "server"]
