"""What tests of all folders share."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from maxbooster.testing.services import free_port, wait_for_port

os.environ.setdefault("MAXBOOSTER_EXAMPLES", "true")
"""The example plugin is tested like any other; processes that tests start inherit it."""

os.environ.setdefault("MAXBOOSTER_APPROVED", "*")
"""Plugins that tests make have been approved; what asks for approval has tests of its own."""

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
"""Hundreds of processes are started: where that is set, each would compile the platform anew, which takes as long as
its work."""

MEMORY = Path("/dev/shm")
if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 4 << 30:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
    """Test databases need not survive a power cut: their commits do not wait for a disk."""


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """An S3-compatible server process."""
    port = free_port()
    program = Path(sys.executable).with_name("moto_server")
    if not program.exists():
        pytest.skip("S3 tests skipped: moto_server is not installed (pip install 'moto[server]')")
    process = subprocess.Popen(
        [program, "-H", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    wait_for_port(port, timeout_s=60)
    yield f"http://127.0.0.1:{port}"
    process.kill()
    process.wait()


@pytest.fixture
def s3_url(s3_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A fresh bucket; the environment leads to it."""
    bucket = f"b{os.urandom(6).hex()}"
    urllib.request.urlopen(urllib.request.Request(f"{s3_endpoint}/{bucket}", method="PUT")).read()
    environment = {
        "AWS_ENDPOINT_URL": s3_endpoint, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
    }  # fmt: skip
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return f"s3://{bucket}/some/prefix"
