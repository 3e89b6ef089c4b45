"""A plugin calls what its manifest declares, and nothing else."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from outbound_server import Answer
from tests.contract.conftest import site as site  # noqa: PLC0414

from maxbooster.errors import Invalid, UsageError
from maxbooster.plugin import Manifest
from maxbooster.plugins.hosts import DeclaredHosts
from maxbooster.testing import make_app

SETTINGS = """
from maxbooster.plugin import PluginSettings

class CallingSettings(PluginSettings, kw_only=True, frozen=True):
    server: str = ""
"""
CODE = """
async def call(ctx, url, **options):
    return await ctx.http.request("GET", url, **options)

async def read(ctx, url, **options):
    async with ctx.http.stream("GET", url, **options) as answer:
        return await answer.aread()
"""


@pytest.fixture
def calling(site, migrated_sqlite, tmp_path):
    """`calling("hosts=(…)")`: an app with a plugin that says so, and makes calls."""

    @asynccontextmanager
    async def opened(manifest: str, **settings: Any) -> AsyncIterator[Any]:
        said = f"settings=__import__('PACKAGE.settings').settings.CallingSettings, {manifest}"
        site.install("calling", CODE, manifest=said, settings=SETTINGS)
        shutil.copy(migrated_sqlite, tmp_path / "maxbooster.db")
        database = f"sqlite:///{tmp_path / 'maxbooster.db'}"
        async with make_app(tmp_path / "data", database, migrated=True, **settings) as app:

            async def ask(name: str, url: str, **options: Any) -> Any:
                async with app.unit() as ctx:
                    return await getattr(app.registry.plugins["calling"].module, name)(ctx, url, **options)

            yield ask

    return opened


@pytest.fixture
async def server(serve):
    async def answers(request: Any) -> Answer:
        if request.path == "/away":
            return Answer(302, {"Location": "http://elsewhere.example/"})
        return Answer(body=b"here")

    return await serve(answers)


@pytest.mark.parametrize("way", ["call", "read"])
async def test_a_host_that_is_not_declared_is_refused_by_name(calling, server, way):
    async with calling("hosts=('api.example.com',)") as ask:
        with pytest.raises(
            UsageError, match=r"calling calls 127\.0\.0\.1, which it doesn't declare.*add it to `hosts`"
        ):
            await ask(way, server.url)
    assert server.seen == []


async def test_a_declared_host_is_called_and_leads_nowhere_else(calling, server):
    async with calling("hosts=('127.0.0.1',)") as ask:
        assert (await ask("call", server.url)).content == b"here"
        assert (await ask("call", f"{server.url}/away")).status_code == 302


async def test_the_host_of_a_setting_is_called(calling, server):
    async with calling("hosts_from_settings=('server',)", calling__server=f"{server.url}/base") as ask:
        assert await ask("read", server.url) == b"here"


async def test_what_people_name_is_called_only_as_such(calling, server):
    async with calling("hosts_from_people=True") as ask:
        assert (await ask("call", server.url, user_supplied=True)).content == b"here"
        with pytest.raises(UsageError, match="which it doesn't declare"):
            await ask("call", server.url)


async def test_who_does_not_say_so_calls_nothing_that_people_name(calling, server):
    async with calling("hosts=('127.0.0.1',)") as ask:
        with pytest.raises(UsageError, match="hosts_from_people=True"):
            await ask("call", server.url, user_supplied=True)
        with pytest.raises(Invalid, match="cannot exist"):
            await ask("call", "http://127.0.0.1:9999999/")


@pytest.mark.parametrize(
    ("host", "is_declared"),
    [
        ("api.example.com", True), ("API.example.com", True), ("api.example.com.", True),
        ("deep.cdn.example.org", True),
        ("example.com", False), ("xapi.example.com", False), ("example.org", False), ("evilexample.org", False),
        ("cdn.example.org.evil.com", False),
    ],
)  # fmt: skip
def test_a_wildcard_stands_for_what_is_below_it(host, is_declared):
    declared = DeclaredHosts("calling", ("api.example.com", "*.example.org"))
    if is_declared:
        declared.admit(host, user_supplied=False)
        return
    with pytest.raises(UsageError):
        declared.admit(host, user_supplied=False)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"hosts": ("https://api.example.com",)}, "write a name"),
        ({"hosts": ("*",)}, "write a name"),
        ({"hosts": ("Api.example.com",)}, "in lower case"),
        ({"hosts_from_settings": ("server",)}, "no field of its settings"),
    ],
)
def test_a_manifest_says_hosts_as_names(said, reason):
    with pytest.raises(ValueError, match=reason):
        Manifest(name="calling", version="1", title="Calling", **said)
