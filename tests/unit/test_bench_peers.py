"""What the bench needs from the machine: had, or missed in plain words."""

from pathlib import Path

import pytest

from launcher.supervisor import Supervisor
from tests.bench.effort import Depth, Effort
from tests.bench.ground import Ground
from tests.bench.peers import message_db, stream_framework
from tests.bench.peers.fetching import why_not_fetched
from tests.bench.row import CannotMeasure, NotAvailable
from tests.bench.wrk import Request, Wrk, as_lines
from tests.servers import Servers


@pytest.fixture
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Nothing is on the PATH, and nothing was fetched before."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    return tmp_path


def test_without_wrk_a_row_says_how_to_get_it(bare_machine: Path) -> None:
    servers, effort = Servers("", "", Supervisor(print)), Effort(Depth.TINY, 1)
    ground = Ground(servers, bare_machine, bare_machine, effort, seed=7)
    with pytest.raises(CannotMeasure, match="apt-get install wrk"):
        Wrk(ground, "http://127.0.0.1:1", [Request("/")])


def test_without_npm_message_db_is_not_available(bare_machine: Path) -> None:
    missing = message_db.sql_of(bare_machine)
    assert isinstance(missing, NotAvailable)
    assert "npm is not on this machine" in missing.reason


def test_what_a_package_client_says_last_is_the_reason() -> None:
    missing = why_not_fetched(["sh", "-c", "echo first >&2; echo 'no such package' >&2; exit 1"])
    assert missing is not None
    assert missing.reason.endswith("failed: no such package")
    assert why_not_fetched(["sh", "-c", "true"]) is None


def test_what_was_fetched_before_is_used_again(bare_machine: Path) -> None:
    kept = bare_machine / f"message-db-{message_db.VERSION}"
    kept.mkdir()
    found = kept / "node_modules" / "@eventide" / "message-db" / "database"
    assert message_db.sql_of(bare_machine) == found


def test_without_an_old_python_stream_framework_is_not_available(bare_machine: Path) -> None:
    missing = stream_framework.environment(bare_machine)
    assert isinstance(missing, NotAvailable)
    assert stream_framework.PYTHON in missing.reason


def test_requests_are_handed_to_wrk_a_line_each() -> None:
    request = Request("/feed/", {"Authorization": "Bearer x"}, "POST", '{"text": "y"}')
    assert as_lines([request]) == 'POST\t/feed/\t{"text": "y"}\tAuthorization\tBearer x\n'
    with pytest.raises(AssertionError):
        as_lines([Request("/", {}, "POST", "a\tb")])
