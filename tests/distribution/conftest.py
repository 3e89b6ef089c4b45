from __future__ import annotations

import asyncio
import io
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import pytest_asyncio
import soundfile
from PIL import Image

from maxbooster.testing import drain, with_services
from maxbooster_distribution.ddex.schemas import Standard
from maxbooster_distribution.testing import SIMULATED
from tests.contract.site import Site

RELEASES = "/api/distribution/releases"
DELIVERIES = "/api/distribution/deliveries"
REGISTRANT = {"name": "Quay Street Records", "isrc_prefix": "QZES9", "gs1_prefix": "012345", "dpid": None}


def wav(seconds: float = 1.0, *, rate: int = 44_100, channels: int = 2, subtype: str = "PCM_24") -> bytes:
    """A quiet tone, different for each length."""
    time = np.arange(int(seconds * rate)) / rate
    tone = 0.2 * np.sin(2 * np.pi * (220 + 10 * seconds) * time)
    file = io.BytesIO()
    soundfile.write(file, np.repeat(tone[:, None], channels, axis=1), rate, format="WAV", subtype=subtype)
    return file.getvalue()


def picture(side: int = 3000, *, mode: str = "RGB", format: str = "PNG", height: int | None = None) -> bytes:
    file = io.BytesIO()
    Image.new(mode, (side, height or side)).save(file, format)
    return file.getvalue()


COVER = picture()


def track(number: int, **more: Any) -> dict[str, Any]:
    credits = [{"name": "Ana Lind", "role": "ComposerLyricist"}, {"name": "Bo Kern", "role": "StudioProducer"}]
    return {"title": f"Harbour {'ABCDEFGHIJKLMNOP'[number]}", "language": "en", "credits": credits} | more


def described(**more: Any) -> dict[str, Any]:
    """A release without its files and codes."""
    lines = {"p_line": {"year": 2026, "text": "Quay Street"}, "c_line": {"year": 2026, "text": "Quay Street"}}
    return (
        {
            "kind": "single",
            "title": "Harbour B",
            "credits": [{"name": "Nova Lane", "role": "MainArtist"}],
            "label": "Quay Street",
            "genre": "Electronic",
            "release_date": "2027-06-04",
            "tracks": [track(1)],
        }
        | lines
        | more
    )


async def stored(app: Any, account: Any, name: str, content: bytes) -> str:
    """The id of a file of the account."""
    async with app.unit(account) as ctx:
        return str((await ctx.files.put(name, content)).id)


async def make_release(app: Any, api: httpx.AsyncClient, account: Any, **more: Any) -> str:
    """The address of a release that lacks nothing."""
    await api.put("/api/distribution/registrant", json=REGISTRANT)
    said = described(**more)
    for index, each in enumerate(said["tracks"]):
        each["audio"] = await stored(app, account, f"{index}.wav", wav(0.5 + index / 10))
    said["cover"] = await stored(app, account, "cover.png", COVER)
    made = await api.post(RELEASES, json=said)
    assert made.status_code == 201, made.text
    at = f"{RELEASES}/{made.json()['id']}"
    issued = await api.post(f"{at}/identifiers")
    assert issued.status_code == 201, issued.text
    return at


async def until(app: Any, api: httpx.AsyncClient, at: str, *wanted: str, timeout_s: float = 20.0) -> dict[str, Any]:
    """Work until the newest delivery of a release is in one of the states, and everything is quiet; returns it."""
    async with asyncio.timeout(timeout_s):
        while True:
            await drain(app)
            shown = (await api.get(f"{at}/deliveries")).json()["deliveries"]
            newest = max(shown, key=lambda each: each["queued_at"])
            if newest["state"] in wanted:
                return newest
            await asyncio.sleep(0.05)


SANDBOX = SIMULATED | {"distribution__retry_s": "0.1"}


@pytest.fixture
def app_settings() -> dict[str, Any]:
    return SANDBOX


@pytest_asyncio.fixture
async def simulated(app: Any) -> AsyncIterator[Path]:
    """The simulated outlets are running; the folder of what they received."""
    async with with_services(app):
        yield app.settings.data / "sandbox" / "outlets"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Plugins that are installed for this test alone."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    made = Site(folder)
    yield made
    made.forget()


def official_layout(folder: Path) -> Path:
    """Schemas in the places where DDEX's lie: ours stand for them, which may lie here."""
    for standard in Standard:
        at = standard.official(folder)
        at.parent.mkdir(parents=True)
        shutil.copy(standard.own, at)
        shutil.copy(standard.own.parent / "values.xsd", at.parent)
    return folder
