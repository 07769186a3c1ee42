"""compose/make-secrets: a password for every process, each known to whom it concerns."""

import stat
import subprocess
from hashlib import sha256
from pathlib import Path

from ruamel.yaml import YAML

from launcher.database_roles.roles import ROLES
from tests.unit.test_docs import ROOT

COMPOSE = ROOT / "compose"


def test_secrets_are_made_once_and_a_directory_keeps_them(tmp_path: Path) -> None:
    script = tmp_path / "make-secrets"
    script.write_bytes((COMPOSE / "make-secrets").read_bytes())
    made = [make_secrets(script) for _ in range(2)]
    assert made[0] == made[1]
    files = {
        value["file"].split("/")[-1]
        for value in YAML(typ="safe").load(COMPOSE / "compose.yaml")["secrets"].values()
    }
    assert set(made[0]) == files
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    assert f"slackwater:{made[0]['postgres_password']}@" in made[0]["database_url"]
    for role in ROLES:
        url = made[0][role.replace("slackwater", "database_url")]
        assert url.startswith(f"postgresql://{role}:{made[0][role]}@")
    assert len(made[0]["token_key"]) == 64
    assert (tmp_path / ".env").read_text() == "SECRETS_DIR=./secrets\n"


def test_every_user_of_valkey_has_a_password_of_its_own_and_the_list_only_its_hash(
    tmp_path: Path,
) -> None:
    script = tmp_path / "make-secrets"
    script.write_bytes((COMPOSE / "make-secrets").read_bytes())
    made = make_secrets(script)
    users = made["valkey_acl"].splitlines()
    assert users[0] == "user default off"
    hashes = {line.split()[1]: line.split()[3] for line in users[1:]}
    passwords = {
        f"slackwater_{name.removeprefix('redis_url_')}": url.split(":")[2].split("@")[0]
        for name, url in made.items()
        if name.startswith("redis_url_")
    } | {
        f"slackwater_{name.split('_')[1]}": password
        for name, password in made.items()
        if name.startswith("valkey_") and name.endswith("_password")
    }
    assert len(set(passwords.values())) == len(passwords) == 9
    assert hashes == {who: f"#{sha256(it.encode()).hexdigest()}" for who, it in passwords.items()}
    (tmp_path / "secrets" / "redis_url_relay").unlink()
    again = make_secrets(script)
    assert {name for name in made if made[name] != again[name]} == {"redis_url_relay", "valkey_acl"}


def make_secrets(script: Path) -> dict[str, str]:
    users = script.with_name("valkey.acl")
    users.write_bytes((COMPOSE / users.name).read_bytes())
    subprocess.run(["sh", str(script)], check=True, capture_output=True)
    return {path.name: path.read_text() for path in (script.parent / "secrets").iterdir()}
