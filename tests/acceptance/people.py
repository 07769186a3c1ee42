"""People as an acceptance test meets them: everything they do goes over HTTP."""

from dataclasses import dataclass
from typing import Any

import httpx

from tests.waiting import until


def position_of(answer: httpx.Response) -> int:
    """The position that an answer's feed token names."""
    epoch, position, _ = answer.headers["Feed-Token"].split(".")
    assert epoch
    return int(position)


@dataclass(slots=True)
class Person:
    """Somebody with a token. `position` is the highest that they were answered with."""

    http: httpx.Client
    id: str
    handle: str
    token: str
    position: int

    @classmethod
    def register(cls, http: httpx.Client, handle: str) -> "Person":
        """A new person."""
        answer = http.post("/users/", json={"handle": handle})
        assert answer.status_code in {201, 202}, answer.text
        body = answer.json()
        person = cls(http, body["id"], handle, body["access_token"], 0)
        person.position = position_of(person.carried_out(answer))
        return person

    @property
    def headers(self) -> dict[str, str]:
        """What says that it is them."""
        return {"Authorization": f"Bearer {self.token}"}

    def carried_out(self, answer: httpx.Response) -> httpx.Response:
        """An answer that says at which position their command is done, also if it was queued."""
        if answer.status_code != 202:
            return answer

        def done() -> httpx.Response | None:
            found = self.http.get(answer.headers["Location"], headers=self.headers)
            if found.status_code == 503:
                return None  # the store has not answered yet, so that nobody can tell
            assert found.status_code == 200, found.text
            assert found.json()["state"] in {"queued", "done"}, found.text
            return found if found.json()["state"] == "done" else None

        return until(done, "the command is done")

    def follow(self, whom: "Person") -> httpx.Response:
        """Follows."""
        return self._command("POST", f"/users/{whom.id}/follow", 200)

    def unfollow(self, whom: "Person") -> httpx.Response:
        """Unfollows."""
        return self._command("POST", f"/users/{whom.id}/unfollow", 200)

    def post(self, text: str) -> dict[str, Any]:
        """Publishes."""
        return self._command("POST", "/posts/", 201, json={"text": text}).json()

    def delete(self, post: dict[str, Any]) -> httpx.Response:
        """Deletes a post of their own."""
        return self._command("DELETE", f"/posts/{post['id']}", 204)

    def feed(self, **parameters: str | int) -> httpx.Response:
        """Their home feed as it stands."""
        answer = self.http.get("/feed/", headers=self.headers, params=parameters)
        assert answer.status_code == 200, answer.text
        return answer

    def feed_as_of(self, position: int, **parameters: str | int) -> httpx.Response:
        """Their home feed, once it has come as far as this position."""

        def fresh_enough() -> httpx.Response | None:
            answer = self.feed(**parameters)
            return answer if position_of(answer) >= position else None

        return until(fresh_enough, f"a feed as of {position}")

    def whole_feed(self, **parameters: str | int) -> list[dict[str, Any]]:
        """Every page of their home feed, once Postgres has come as far as they have."""
        self.past_feed(self.position)
        answer = self.feed_as_of(self.position, **parameters)
        items: list[dict[str, Any]] = answer.json()["items"]
        while cursor := answer.json()["next"]:
            answer = self.feed(**parameters | {"cursor": cursor})
            items += answer.json()["items"]
        return items

    def past_feed(self, position: int, **parameters: str | int) -> httpx.Response:
        """Their home feed as it was at this position, once it can be told."""

        def told() -> httpx.Response | None:
            parameters["as_of"] = position
            answer = self.http.get("/feed/", headers=self.headers, params=parameters)
            return answer if answer.status_code != 503 else None

        answer = until(told, f"the past at {position}")
        assert answer.status_code == 200, answer.text
        return answer

    def why(self, post_id: str) -> dict[str, Any]:
        """Why a post is in their feed, or not; both stores have come as far as they have."""
        self.feed_as_of(self.position)
        self.past_feed(self.position)
        answer = self.http.get(f"/feed/why/{post_id}", headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def texts_as_of(self, position: int) -> list[str]:
        """What stands in their feed then, newest first."""
        items = self.feed_as_of(position, limit=100).json()["items"]
        return [item["text"] for item in items]

    def _command(self, method: str, path: str, status: int, **body: Any) -> httpx.Response:
        answer = self.http.request(method, path, headers=self.headers, **body)
        # A machine under load may be slow enough for the journal: that is right as well.
        assert answer.status_code in {status, 202}, answer.text
        self.position = max(self.position, position_of(self.carried_out(answer)))
        return answer


def get_as_of(http: httpx.Client, path: str, position: int) -> httpx.Response:
    """A public read, once it has come as far as this position."""

    def fresh_enough() -> httpx.Response | None:
        answer = http.get(path)
        shown = "Feed-Token" in answer.headers and position_of(answer) >= position
        return answer if shown else None

    return until(fresh_enough, f"{path} as of {position}")
