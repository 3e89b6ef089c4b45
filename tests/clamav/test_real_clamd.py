"""Against Debian's clamd, with signatures of our own: the real ones are hundreds of megabytes."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from maxbooster.health import examine
from maxbooster.testing import drain
from tests.core.storage.tus import FILES

from .conftest import EICAR
from .test_scanning import SONG, uploaded

pytestmark = pytest.mark.slow


class RealClamd:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.socket = folder / "real.ctl"
        (folder / "signatures").mkdir()
        (folder / "signatures" / "own.hdb").write_text(f"{hashlib.md5(EICAR).hexdigest()}:{len(EICAR)}:Own.Eicar\n")
        settings = {
            "LocalSocket": self.socket, "DatabaseDirectory": folder / "signatures", "Foreground": "yes",
            "StreamMaxLength": "300K", "PidFile": folder / "clamd.pid", "LogFile": folder / "clamd.log",
        }  # fmt: skip
        (folder / "clamd.conf").write_text("".join(f"{name} {value}\n" for name, value in settings.items()))

    def start(self) -> None:
        self._process = subprocess.Popen(
            [shutil.which("clamd") or "/usr/sbin/clamd", "-c", self._folder / "clamd.conf"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    async def listens(self) -> None:
        async with asyncio.timeout(60):
            while not self.socket.exists():
                await asyncio.sleep(0.1)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()
        self.socket.unlink(missing_ok=True)


@pytest.fixture
def real(tmp_path: Path) -> Iterator[RealClamd]:
    if not shutil.which("clamd") and not Path("/usr/sbin/clamd").exists():
        pytest.skip("clamd is not installed (apt-get install clamav-daemon)")
    process = RealClamd(tmp_path)
    process.start()
    yield process
    process.stop()


@pytest.fixture
def app_settings(tmp_path):
    return {"clamav__address": f"unix:{tmp_path / 'real.ctl'}"}


async def test_the_real_daemon(app, api, clock, real):
    await real.listens()
    assert (await uploaded(app, api, SONG))["state"] == "ready"
    found = await uploaded(app, api, EICAR, "eicar.com")
    assert found["state"] == "rejected"
    assert "Own.Eicar" in found["reason"]
    assert "more than is scanned" in (await uploaded(app, api, SONG * 3))["reason"]
    finding = next(each for each in await examine(app) if each.name == "virus scanner")
    assert finding.value.startswith("ClamAV ")
    real.stop()
    held = await uploaded(app, api, EICAR, "later.com")
    assert held["state"] == "checking"
    real.start()
    await real.listens()
    clock.advance(minutes=16)
    await drain(app)
    assert (await api.get(f"{FILES}/{held['id']}")).json()["state"] == "rejected"
