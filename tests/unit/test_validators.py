"""ETags: equal for answers that say the same, whatever they say of their age."""

import pytest
from fastapi import Response

from query_api.validators import with_etag


def answer(body: bytes) -> Response:
    return Response(body, headers={"Feed-Token": "e.5"}, media_type="application/json")


def tag(body: bytes) -> str:
    return with_etag(answer(body), None).headers["ETag"]


BODY = rb'{"items":[{"text":"\"as_of\":5"}],"next":null,"as_of":5,"lag":{"events":1,"seconds":0.2}}'


def test_the_age_of_an_answer_does_not_count() -> None:
    older = BODY.replace(b'"as_of":5', b'"as_of":44').replace(b"0.2", b"17.0")
    assert older != BODY
    assert tag(older) == tag(BODY)


@pytest.mark.parametrize(
    ("old", "new"), [(rb"\"as_of\":5", rb"\"as_of\":6"), (b"null", b'"7"'), (b"text", b"txet")]
)
def test_all_else_counts(old: bytes, new: bytes) -> None:
    changed = BODY.replace(old, new)
    assert changed != BODY
    assert tag(changed) != tag(BODY)


@pytest.mark.parametrize("known", ["*", "{}", 'W/"x", {}', '"x",{},"y"'])
def test_who_knows_it_is_not_sent_it_again(known: str) -> None:
    again = with_etag(answer(BODY), known.format(tag(BODY)))
    assert (again.status_code, again.body) == (304, b"")
    assert again.headers["Feed-Token"] == "e.5"
    assert "content-type" not in again.headers


@pytest.mark.parametrize("known", [None, '"x"', "", 'W/"', "x*"])
def test_who_does_not_is_sent_it(known: str | None) -> None:
    assert with_etag(answer(BODY), known).body == BODY
