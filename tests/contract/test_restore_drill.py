"""A restore drill by the documentation alone: whoever types its commands has the platform back."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from maxbooster.testing import services
from maxbooster.testing.processes import Process

PAGE = Path(__file__).parents[2] / "docs" / "self-hosting.md"
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def documented(heading: str) -> dict[str, list[str]]:
    """The block of commands below “On a new machine”: comment → its commands."""
    section = PAGE.read_text("utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    found = re.search(r"\*\*On a new machine\*\*.*?```sh\n(.*?)```", section, re.DOTALL)
    assert found
    parts = [part.splitlines() for part in found[1].split("\n\n")]
    return {lines[0].removeprefix("# "): lines[1:] for lines in parts}


class Machine:
    """A folder and a home of its own, with the documentation's /mnt."""

    def __init__(self, home: Path, mnt: Path) -> None:
        home.mkdir()
        mnt.mkdir(exist_ok=True)
        (mnt / "safe").mkdir(exist_ok=True)
        self.home, self._mnt = home, mnt
        installed = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "HOME": str(home)}
        self.environment: Mapping[str, str] = installed | {"MAXBOOSTER_MAIL": (home / "mail").as_uri()}

    def type(self, lines: Sequence[str]) -> None:
        for line in lines:
            done = subprocess.run(
                ["bash", "-c", line.replace("/mnt", str(self._mnt))],
                cwd=self.home, env=self.environment, capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"


def seen(base: str, login: dict[str, str]) -> dict[str, Any]:
    """What somebody who logs in finds: each file's contents, and the ledger's balances."""
    with httpx.Client(base_url=base, timeout=30) as client:
        token = client.post("/api/core/tokens", json=login).raise_for_status().json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        files = client.get("/api/core/files", params={"limit": 100}).raise_for_status().json()["items"]
        contents = {each["name"]: _contents(client, each["id"]) for each in files}
        balances = client.get("/api/billing/ledger/balances").raise_for_status().json()
    return {"files": contents, "balances": balances}


def _contents(client: httpx.Client, file: str) -> str:
    link = client.post(f"/api/core/files/{file}/link", json={}).raise_for_status().json()["url"]
    return sha256(client.get(link).raise_for_status().content).hexdigest()


def up(machine: Machine, line: str) -> tuple[Process, str]:
    port = services.free_port()
    environment = {**os.environ, **machine.environment, "MAXBOOSTER_LISTEN": f"127.0.0.1:{port}"}
    environment["MAXBOOSTER_DATA"] = str(machine.home / "maxbooster-data")
    process = Process(line.split()[1:], environment, log=machine.home / "up.log")
    process.start(port=port)
    return process, f"http://127.0.0.1:{port}"


def visited(machine: Machine, line: str, login: dict[str, str]) -> dict[str, Any]:
    process, base = up(machine, line)
    try:
        return seen(base, login)
    finally:
        process.stop()


def test_the_documented_commands_bring_a_platform_back(tmp_path):
    block = documented("Backup and restore")
    old, new = Machine(tmp_path / "old", tmp_path / "mnt"), Machine(tmp_path / "new", tmp_path / "mnt")
    old.type([f"maxbooster demo --headless --dir demo --port {services.free_port()}"])
    login = json.loads((old.home / "demo" / "login.json").read_text("utf-8"))
    shutil.move(old.home / "demo" / "data", old.home / "maxbooster-data")
    start = block["On the new machine, in an empty folder"][-1]
    assert start == "maxbooster up"
    before = visited(old, start, login)
    assert len(before["files"]) > 3
    assert before["balances"]
    old.type(block["On the old machine, every night"])
    shutil.rmtree(old.home)
    new.type(block["On the new machine, in an empty folder"][:-1])
    assert visited(new, start, login) == before
