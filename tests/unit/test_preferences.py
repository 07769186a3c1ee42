"""The Prefer header (RFC 7240): what is understood is kept, all else is passed over."""

import pytest

from query_api.preferences import WAIT_SECONDS_DEFAULT, WAIT_SECONDS_MAX, Preferences


@pytest.mark.parametrize(
    ("headers", "wait", "strict", "applied"),
    [
        ([], WAIT_SECONDS_DEFAULT, False, []),
        (["wait=3"], 3, False, ["wait=3"]),
        (["wait=0"], 0, False, ["wait=0"]),
        (["wait=3, handling=strict"], 3, True, ["wait=3", "handling=strict"]),
        (["handling=strict", "wait=3"], 3, True, ["wait=3", "handling=strict"]),
        (["Wait = 2; x=y ,Handling=Strict"], 2, True, ["wait=2", "handling=strict"]),
        (['wait="4"'], 4, False, ["wait=4"]),
        (["wait=3, wait=9"], 3, False, ["wait=3"]),
        (["wait=3600"], WAIT_SECONDS_MAX, False, [f"wait={WAIT_SECONDS_MAX}"]),
        (["wait=" + 5_000 * "9"], WAIT_SECONDS_MAX, False, [f"wait={WAIT_SECONDS_MAX}"]),
        (["wait=x", "handling=lenient"], WAIT_SECONDS_DEFAULT, False, []),
        (["wait=-1"], WAIT_SECONDS_DEFAULT, False, []),
        (["wait"], WAIT_SECONDS_DEFAULT, False, []),
        (["respond-async, ;;=,,\x00 wait=2"], WAIT_SECONDS_DEFAULT, False, []),
        (["return=minimal, wait=2"], 2, False, ["wait=2"]),
    ],
)
def test_preferences_are_taken_from_the_header(
    headers: list[str], wait: float, strict: bool, applied: list[str]
) -> None:
    assert Preferences.of(headers) == Preferences(wait, strict, applied)
