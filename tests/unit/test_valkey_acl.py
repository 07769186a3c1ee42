"""Users of Valkey are given every command that their scripts call, also the rarely called ones."""

import re

import pytest

from tests.unit.test_docs import ROOT

PROJECTIONS = ROOT / "projections"
READ = {"descending", "horizon", "newest"}
SCRIPTS = {
    "relay": {"log/append", "log/begin_after", "begin_history", "membership"},
    "projector": {
        "begin_first", "checkpoint", "home_feed/apply", "home_feed/turn", "let_read", "membership",
        "posts/apply", "profiles/apply", *READ,
    },
    "query_api": {"home_feed/page", "profiles/page", *READ},
}  # fmt: skip
OF_THE_OPERATOR = {
    "announce", "lay_aside", "switch", "verify/hold", "verify/horizons", "verify/mend",
    "verify/move_checkpoint",
}  # fmt: skip
"""Who may read and write read models by any command that is not dangerous."""

CALL = re.compile(r"redis\.p?call\(\s*'([A-Z]+)'(?:, '(STREAM)')?")


def given_to(user: str) -> set[str]:
    """The commands that stand in its line."""
    text = (ROOT / "compose" / "valkey.acl").read_text(encoding="utf-8")
    found = re.search(rf"^user slackwater_{user} (.*)$", text, re.MULTILINE)
    assert found is not None
    return {rule[1:] for rule in found[1].split() if rule[0] == "+"}


def called_by(script: str) -> set[str]:
    """The commands in a script."""
    text = (PROJECTIONS / f"{script}.lua").read_text(encoding="utf-8")
    return {"|".join(filter(None, call)).lower() for call in CALL.findall(text)}


def test_every_script_is_somebodys() -> None:
    there = {str(path.relative_to(PROJECTIONS)) for path in PROJECTIONS.glob("**/*.lua")}
    assert {f"{name}.lua" for name in set().union(*SCRIPTS.values(), OF_THE_OPERATOR)} == there


@pytest.mark.parametrize("user", SCRIPTS)
def test_a_user_is_given_what_its_scripts_call(user: str) -> None:
    called = set().union(*map(called_by, SCRIPTS[user]))
    assert called
    assert called <= given_to(user)


def test_who_answers_readers_is_given_nothing_that_writes() -> None:
    writes = set().union(*(called_by(script) for script in SCRIPTS["projector"]))
    assert {"set", "hset", "lpush", "zadd"} <= writes
    reads = {"get", "hget", "hmget", "hgetall", "lindex", "llen", "lrange", "zrange"}
    assert given_to("query_api") & writes <= reads
