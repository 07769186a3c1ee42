"""What both halves do alike: problems, health, figures, documentation."""

import json
from typing import Any

import httpx
import pytest

from edge.tokens import AccessTokens, Role
from tests.acceptance.people import Person
from tests.waiting import until
from tests.whole_system import Running


@pytest.fixture(params=["", "/command-api", "/query-api"])
def half(request: pytest.FixtureRequest) -> str:
    """The gateway itself, and each half below its prefix."""
    return request.param


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("POST", "/nothing", 404),
        ("PUT", "/feed/", 405),
        ("GET", "/posts/", 405),
        ("PATCH", "/users/", 405),
        ("GET", "/users/not-an-id", 422),
    ],
)
def test_every_refusal_is_a_problem_document(
    http: httpx.Client, method: str, path: str, status: int
) -> None:
    answer = http.request(method, path)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert "Traceback" not in answer.text


def test_a_refused_method_says_which_ones_are_allowed(http: httpx.Client) -> None:
    assert http.put("/feed/").headers["Allow"] == "GET"


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_that_is_too_large_is_refused_whether_or_not_it_says_so(
    http: httpx.Client, announced: bool
) -> None:
    body = b'{"handle":"' + b"x" * 70_000 + b'"}'
    content = body if announced else iter([body[:50_000], body[50_000:]])
    answer = http.post("/users/", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    assert answer.json()["detail"] == "a request body is at most 65536 bytes"


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"[1", b"null", b"{}" * 3])
def test_rubbish_is_refused_in_words(http: httpx.Client, content: bytes) -> None:
    answer = http.post("/users/", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_number_beyond_all_bounds_is_refused_too(http: httpx.Client) -> None:
    kind = {"Content-Type": "application/json"}
    answer = http.post("/users/", content=b"1" * 5_000, headers=kind)
    assert answer.status_code == 400
    assert answer.json()["detail"] == "There was an error parsing the body"


def test_health_and_readiness_are_told(http: httpx.Client, half: str) -> None:
    assert http.get(f"{half}/livez").json() == {"status": "ok"}
    assert http.get(f"{half}/readyz").json() == {"status": "ok"}
    health = http.get(f"{half}/debug/health").json()
    assert health["status"] == "ok"
    assert set(health["checks"].values()) == {"ok"}


def test_the_settings_in_force_are_shown_without_their_secrets(
    http: httpx.Client, half: str, running: Running
) -> None:
    key = running.system.directory.token_key_file.read_bytes().strip()
    operator = AccessTokens.under(key, 60).issue_as(Role.OPERATOR, "who runs this")
    answer = http.get(f"{half}/debug/config", headers={"Authorization": f"Bearer {operator}"})
    assert answer.json()["shards"] == 3
    assert answer.json()["database_url"] == "**********"
    assert key.decode() not in answer.text
    assert "postgresql" not in answer.text


def test_openapi_is_served_with_everything_it_needs(http: httpx.Client, half: str) -> None:
    page = http.get(f"{half}/docs")
    assert page.status_code == 200
    assert "http://" not in page.text
    assert "https://" not in page.text
    for asset in ("openapi.json", "docs-assets/swagger-ui-bundle.js", "docs-assets/swagger-ui.css"):
        assert asset in page.text
        assert http.get(f"{half}/{asset}").status_code == 200


def test_the_summary_shows_what_a_person_asks_for_first(
    http: httpx.Client, people: list[Person]
) -> None:
    people[0].post("measured")
    people[0].feed_as_of(people[0].position)

    def measured() -> dict[str, object] | None:
        found = http.get("/debug/metrics-summary").json()
        return found if found["propagation_ms"]["p50"] is not None else None

    summary = until(measured, "a propagation time")
    assert set(summary) >= {"requests", "head", "lag", "caches", "propagation_ms", "workers"}
    lag = json.loads(json.dumps(summary["lag"]))
    assert {name: len(shards) for name, shards in lag.items()} == {
        "home-feed": 3,
        "posts": 3,
        "profiles": 3,
        "relational": 1,
    }
    # Where there are several command APIs, each tells what it has done itself.
    writes = until(
        lambda: wrote_as_far_as(people[0].position, http), "a command API that carried it out"
    )
    assert writes["requests"]["by_status"]["2xx"] > 0


def wrote_as_far_as(position: int, http: httpx.Client) -> dict[str, Any] | None:
    found = http.get("/command-api/debug/metrics-summary").json()
    return found if found["head"]["position"] >= position else None


METRICS = {
    "/command-api/metrics": {
        "slackwater_http_requests_total",
        "slackwater_http_request_duration_seconds",
        "slackwater_store_append_seconds",
    },
    "/query-api/metrics": {
        "slackwater_http_requests_total",
        "slackwater_http_request_duration_seconds",
        "slackwater_projection_lag_events",
        "slackwater_projection_lag_seconds",
        "slackwater_cache_lookups_total",
        "slackwater_log_head_position",
    },
    "relay": {"slackwater_relay_head_position", "slackwater_relay_entries_total"},
    "projector-1": {
        "slackwater_projector_batch_entries",
        "slackwater_projector_batch_duration_seconds",
        "slackwater_propagation_seconds",
    },
}


@pytest.mark.parametrize("where", METRICS)
def test_every_process_offers_its_figures_to_prometheus(
    http: httpx.Client, running: Running, where: str
) -> None:
    address = where if where.startswith("/") else running.addresses.metrics[where]
    text = http.get(address).text
    for name in METRICS[where]:
        assert f"\n# TYPE {name.removesuffix('_total')}" in text.replace("_total ", " "), name


def test_routes_in_the_figures_are_templates_and_never_paths(
    http: httpx.Client, people: list[Person]
) -> None:
    def counted() -> str | None:
        """Where there are several query APIs, each counts what it was asked itself."""
        http.get(f"/users/{people[0].id}")
        http.get("/query-api/nonsense-path")
        text = http.get("/query-api/metrics").text
        named = 'route="/users/{user_id}"' in text and 'route="unmatched"' in text
        return text if named else None

    text = until(counted, "both requests in the figures of one process")
    assert people[0].id not in text
    assert "nonsense-path" not in text
