"""Whatever is sent, the answer is one that the schema describes, and never a 5xx (a fixed seed)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from maxbooster.testing.services import free_port, wait_for_port

CHECKS = (
    "not_a_server_error,response_schema_conformance,status_code_conformance,"
    "content_type_conformance,response_headers_conformance"
)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_no_request_finds_a_5xx_or_an_undocumented_answer(database_url, tmp_path):
    environment = os.environ | {"MAXBOOSTER_DATA": str(tmp_path / "data"), "MAXBOOSTER_DATABASE": database_url}

    def maxbooster(*arguments: str) -> str:
        command = [sys.executable, "-m", "maxbooster", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()

    token = maxbooster("account", "token", maxbooster("account", "create", "Nova"))
    port = free_port()
    log = (tmp_path / "up.log").open("wb")
    up = [sys.executable, "-m", "maxbooster", "up", "--listen", f"127.0.0.1:{port}"]
    serving = subprocess.Popen(up, env=environment, stdout=log, stderr=log)
    try:
        wait_for_port(port)
        found = subprocess.run(
            [
                Path(sys.executable).with_name("schemathesis"), "run", f"http://127.0.0.1:{port}/schema/openapi.json",
                "-H", f"Authorization: Bearer {token}", "--seed", "20261121", "--max-examples", "60",
                "--phases", "examples,coverage,fuzzing", "--checks", CHECKS, "--no-color",
                "--exclude-operation-id", "revokeKey",
            ],
            env=environment, capture_output=True, text=True, check=False, cwd=tmp_path,
        )  # fmt: skip
        still = httpx.get(f"http://127.0.0.1:{port}/api/core/account", headers={"authorization": f"Bearer {token}"})
    finally:
        serving.kill()
        serving.wait()
    assert still.status_code == 200, "whoever asked lost the key on the way: what came after was not tried"
    assert found.returncode == 0, found.stdout.partition(" FAILURES ")[2][:8000] or found.stdout[-6000:]
    assert "Operations" in found.stdout
    assert b"[error" not in (tmp_path / "up.log").read_bytes()
