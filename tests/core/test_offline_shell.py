"""What a device is given to keep the application: the manifest, the worker and its list of files."""

from __future__ import annotations

import base64
import hashlib
import json
import re

import pytest
import pytest_asyncio

from maxbooster.app import App
from maxbooster.settings import read
from maxbooster.testing import open_api
from maxbooster.web.shell import Shell


@pytest.fixture(scope="module")
def app() -> App:
    if not Shell().is_built:
        pytest.skip("the web application is not built; run `make web`")
    return App(read({"MAXBOOSTER_EXAMPLES": "true"}))


@pytest_asyncio.fixture
async def client(app):
    async with open_api(app) as api:
        yield api


async def test_the_worker_knows_one_version_of_the_application(app, client):
    answer = await client.get("/service-worker.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"
    first, _, rest = answer.text.partition("\n")
    version = json.loads(first.removeprefix("self.maxboosterVersion=").removesuffix(";"))
    assert "import" not in rest  # a classic script: nothing of it comes from elsewhere
    assert version["build"] == app.offers.web_build
    assert {"/home", "/login", "/connections/return/*"} <= set(version["routes"])
    assert not [each for each in version["routes"] if each.startswith(("/p/", "/api", "/static", "/embed", "/health"))]
    for address, said in [*version["files"].items()][::25]:
        file = await client.get(address)
        assert file.status_code == 200, address
        assert said == f"sha256-{base64.b64encode(hashlib.sha256(file.content).digest()).decode()}"
    html = (await client.get("/home", headers={"accept": "text/html"})).text
    needed = re.findall(r'(?:src|href)="(/static/[^"]+\.(?:js|css|svg))"', html)
    assert len(needed) > 4
    assert set(needed) <= set(version["files"])


async def test_the_page_that_is_kept_is_of_the_same_build_and_asks_who_is_there(app, client):
    page = await client.get("/offline")
    assert f'data-build="{app.offers.web_build}" data-session' in page.text
    policy = page.headers["content-security-policy"]
    assert "maxbooster-worker" in policy
    assert "worker-src 'self'" in policy


async def test_the_manifest_names_icons_that_are_there_and_what_can_be_done(client):
    answer = await client.get("/manifest.webmanifest")
    assert answer.headers["content-type"].startswith("application/manifest+json")
    manifest = answer.json()
    assert {(icon["sizes"], icon.get("purpose", "any")) for icon in manifest["icons"]} >= {
        ("192x192", "any"), ("512x512", "any"), ("192x192", "maskable"), ("512x512", "maskable"),
    }  # fmt: skip
    for icon in manifest["icons"]:
        assert (await client.get(icon["src"])).headers["content-type"].startswith(icon["type"])
    for shortcut in manifest["shortcuts"]:
        assert shortcut["name"]
        assert shortcut["url"].startswith("/")
