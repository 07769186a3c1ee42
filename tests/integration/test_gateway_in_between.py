"""Real Caddy, our Caddyfile, between a proxy and the APIs: whom it believes, what it logs."""

import http.server
import os
import subprocess
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from launcher.gateway import gateway_program
from launcher.ports import choose_ports
from tests.waiting import until

CLIENT = "203.0.113.9"
SECRET = "of-nobodys-business"


class Upstream(http.server.BaseHTTPRequestHandler):
    """Says who is said to call; below /cut it ends in the middle of its answer."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        told = self.headers.get("X-Forwarded-For", "-").encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(told) + 9 * self.path.startswith("/cut")))
        self.end_headers()
        self.wfile.write(told)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        pass


@contextmanager
def gateway(place: Path, trusted: str | None) -> Generator[tuple[str, Path]]:
    """Caddy before one upstream, and the file with what it logs."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        [port] = choose_ports("127.0.0.1", {"the gateway": 0})
        log = place / "gateway.log"
        program = gateway_program(
            host="127.0.0.1", port=port, command_port=server.server_port,
            query_port=server.server_port, directory=place, log=log,
        )  # fmt: skip
        environment = dict(program.environment)
        if trusted is not None:
            environment["SLACKWATER_GATEWAY_TRUSTED"] = trusted
        with log.open("w") as output:
            caddy = subprocess.Popen(
                program.arguments, env=os.environ | environment, stdout=output, stderr=output
            )
        try:
            url = f"http://127.0.0.1:{port}"
            until(lambda: _answers(url), "Caddy answers")
            yield url, log
        finally:
            caddy.terminate()
            caddy.wait()
            server.shutdown()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False


@pytest.mark.parametrize(("trusted", "told"), [(None, "127.0.0.1"), ("127.0.0.1/32", CLIENT)])
def test_a_clients_address_is_taken_from_a_proxy_that_is_named_and_from_nobody_else(
    tmp_path: Path, trusted: str | None, told: str
) -> None:
    with gateway(tmp_path, trusted) as (url, _):
        found = httpx.get(f"{url}/feed/", headers={"X-Forwarded-For": CLIENT}).text
        assert found.split(", ")[0] == told


def test_the_gateway_logs_that_an_answer_was_cut_and_nothing_of_the_request(tmp_path: Path) -> None:
    with gateway(tmp_path, None) as (url, log):
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{url}/cut/{SECRET}", headers={"Feed-Token": SECRET})
        until(lambda: "aborting with incomplete response" in log.read_text(), "it is logged")
        assert SECRET not in log.read_text()
        assert "remote_ip" not in log.read_text()
