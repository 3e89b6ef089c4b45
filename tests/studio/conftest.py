from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
import pytest_asyncio
from click.testing import CliRunner
from playwright.async_api import Page, async_playwright

from maxbooster.cli import maxbooster
from maxbooster.db import new_id
from maxbooster.identity import EVERYTHING, Identity
from maxbooster.testing import drain, make_app, open_api
from maxbooster.testing.pytest_plugin import KINDS, fresh_database
from tests.journeys.conftest import FLAGS

from . import pieces, sounds

AT = "/api/studio"


@pytest.fixture
def song(tmp_path: Path) -> Path:
    """Six seconds of stereo, WAV 16-bit."""
    return sounds.write(tmp_path / "song.wav", sounds.song())


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Pieces of music of different kinds."""
    return pieces.write(tmp_path_factory.mktemp("pieces"))


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """`run("analyze", file)`: the command, with its exit status and what it printed."""
    monkeypatch.setenv("MAXBOOSTER_DATA", str(tmp_path / "data"))

    def running(*words: object) -> Any:
        return CliRunner().invoke(maxbooster, ["studio", *map(str, words)])

    return running


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    """A web server for a folder; gives its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


@asynccontextmanager
async def chromium_at(folder: Path) -> AsyncIterator[Page]:
    """A page of the system's Chromium, at the root of a web server for a folder."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("there is no Chromium (Debian: apt install chromium)")
    with _served(folder) as address:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=program, args=FLAGS)
            page = await browser.new_page()
            await page.goto(address)
            yield page
            await browser.close()


def printed(result: Any) -> Any:
    """The JSON that a command printed."""
    return json.loads(result.stdout)


class Studio:
    """The API, as an artist uses it."""

    def __init__(self, app: Any, api: httpx.AsyncClient, identity: Any) -> None:
        self.app, self.api, self.identity = app, api, identity

    async def upload(self, path: Path, name: str | None = None) -> str:
        """The file's id, once it is ready."""
        content = await asyncio.to_thread(path.read_bytes)
        async with self.app.unit(self.identity) as ctx:
            row = await ctx.files.put(name or path.name, content)
        return str(row.id)

    async def bring(self, path: Path, name: str | None = None) -> dict[str, Any]:
        """The recording, once it is measured or could not be."""
        made = await self.api.post(f"{AT}/recordings", json={"file_id": await self.upload(path, name)})
        assert made.status_code == 202, made.text
        await drain(self.app, timeout_s=60)
        return await self.get(f"recordings/{made.json()['id']}")

    async def master(self, recording: str, **wishes: Any) -> dict[str, Any]:
        """The master, once it is done or could not be."""
        begun = await self.api.post(f"{AT}/recordings/{recording}/masters", json=wishes)
        assert begun.status_code == 202, begun.text
        await drain(self.app, timeout_s=60)
        return await self.get(f"masters/{begun.json()['id']}")

    async def get(self, path: str) -> Any:
        answer = await self.api.get(f"{AT}/{path}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def download(self, file_id: str) -> bytes:
        answer = await self.api.get(f"/api/core/files/{file_id}/content")
        assert answer.status_code == 200, answer.text
        return answer.content


@pytest.fixture(scope="module", params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One for all tests of a module; each test works in an account of its own."""
    yield from fresh_database(request, tmp_path_factory.mktemp("database"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def app(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Any]:
    """Started once for a module, whose tests say `loop_scope="module"`."""
    async with make_app(tmp_path_factory.mktemp("platform"), database_url, migrated=True) as opened:
        yield opened


def _somebody() -> Identity:
    return Identity(new_id(), new_id(), frozenset({EVERYTHING}))


@pytest_asyncio.fixture(loop_scope="module")
async def studio(app: Any) -> AsyncIterator[Studio]:
    """In a new account."""
    somebody = _somebody()
    async with open_api(app, somebody.account) as api:
        yield Studio(app, api, somebody)


class Known(Studio):
    """The account whose song is measured and mastered already; only for tests that leave it as it is."""

    song: Path
    recording: dict[str, Any]
    made: dict[str, Any]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def known(app: Any, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Known]:
    somebody = _somebody()
    async with open_api(app, somebody.account) as api:
        known = Known(app, api, somebody)
        known.song = sounds.write(tmp_path_factory.mktemp("known") / "song.wav", sounds.song())
        known.recording = await known.bring(known.song)
        known.made = await known.master(known.recording["id"], format="wav32f")
        yield known
