"""The file of keys: three steps replace one, and no moment is without a key that signs."""

from pathlib import Path
from uuid import UUID

import pytest
from typer.testing import CliRunner

from edge.tokens import AccessTokens, InvalidToken
from launcher.cli import app
from launcher.errors import LaunchError
from launcher.token_keys import Algorithm, add_key, remove_key, ring_in, sign_with

PERSON = UUID("01900000-0000-7000-8000-000000000001")
SECRET = b"a key of at least thirty-two bytes\n"


def tokens(file: Path) -> AccessTokens:
    return AccessTokens(ring_in(file), 60)


@pytest.mark.parametrize("algorithm", ["EdDSA", "HS256"])
def test_a_secret_is_replaced_by_a_named_key_without_a_gap(
    tmp_path: Path, algorithm: Algorithm
) -> None:
    file = tmp_path / "token.key"
    file.write_bytes(SECRET)
    before = tokens(file)
    old, held = before.ring.signing.kid, before.issue(PERSON)
    new = add_key(file, algorithm)
    assert tokens(file).ring.signing.kid == old
    sign_with(file, new)
    fresh = tokens(file).issue(PERSON)
    assert tokens(file).ring.signing.kid == new
    assert tokens(file).access_of(held).person_id == PERSON
    remove_key(file, old)
    assert tokens(file).access_of(fresh).person_id == PERSON
    with pytest.raises(InvalidToken):
        tokens(file).access_of(held)


@pytest.mark.parametrize("mode", [0o600, 0o444], ids=["its owner", "a container's user"])
def test_who_could_read_the_keys_still_can_and_nobody_else(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "token.key"
    file.write_bytes(SECRET)
    file.chmod(mode)
    add_key(file, "EdDSA")
    assert file.stat().st_mode & 0o777 == mode


def test_a_new_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    add_key(file, "EdDSA")
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_key_that_signs_is_not_taken_away(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    kid = add_key(file, "EdDSA")
    with pytest.raises(LaunchError, match="let another key sign first"):
        remove_key(file, kid)
    with pytest.raises(LaunchError, match=kid):
        sign_with(file, "another")
    assert [key.kid for key in ring_in(file).keys] == [kid]


def test_the_commands_say_which_key_signs_and_nothing_of_what_is_in_them(tmp_path: Path) -> None:
    file = tmp_path / "token.key"
    file.write_bytes(SECRET)
    run = CliRunner().invoke
    added = run(app, ["token-keys", "add", str(file)])
    assert added.exit_code == 0, added.output
    listed = run(app, ["token-keys", "list", str(file)]).output.splitlines()
    assert [line.endswith("signs, and checks") for line in listed] == [True, False]
    assert added.output.strip() in listed[1]
    assert SECRET.decode().strip() not in "".join(listed)
    missing = run(app, ["token-keys", "list", str(tmp_path / "none")])
    assert missing.exit_code == 1
