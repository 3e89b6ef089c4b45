"""A hook without a docstring, a documented example, a first-party user or a test does not exist."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib import import_module
from pathlib import Path
from types import ModuleType, SimpleNamespace

import click
import pytest

from maxbooster.identity import Identity
from maxbooster.plugin import hookspec
from maxbooster.plugins import hookspecs, reference
from maxbooster.plugins.registry import load
from maxbooster.testing import drain, make_app, make_person, open_api, open_browser, with_services

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "plugins" / "hooks.md"


def gaps(modules: list[ModuleType], page: str, tests: str) -> Iterator[str]:
    """What a hook lacks, a sentence each."""
    plugins = [plugin.module for plugin, _ in load().enabled() if plugin.distribution.startswith("maxbooster")]
    for module in modules:
        for name, hook in reference.hooks(module).items():
            if not (hook.__doc__ or "").strip():
                yield f"{name} has no docstring"
            if not re.search(rf"### `{name}`\n.*?From `.*?```python\n@hookimpl.*?def {name}\(", page, re.DOTALL):
                yield f"{name} is not described with an example in {PAGE.name}"
            if not any(hasattr(getattr(plugin, name, None), "maxbooster_impl") for plugin in plugins):
                yield f"{name} has no first-party user"
            if not re.search(rf"def test_hook_{name}\b", tests):
                yield f"{name} has no test: nothing is called test_hook_{name}"


def all_hooks() -> list[ModuleType]:
    offered = [name for _, manifest in load().enabled() for name in manifest.hookspecs]
    return [hookspecs, *map(import_module, offered)]


def all_tests() -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "tests").rglob("test_*.py")))


def test_every_hook_is_described_used_and_tested():
    assert list(gaps(all_hooks(), PAGE.read_text("utf-8"), all_tests())) == []


def test_a_new_hook_is_refused_until_it_is_described_used_and_tested():
    def brand_new() -> None: ...

    module = SimpleNamespace(brand_new=hookspec(brand_new))
    assert list(gaps([module], PAGE.read_text("utf-8"), all_tests())) == [
        "brand_new has no docstring",
        "brand_new is not described with an example in hooks.md",
        "brand_new has no first-party user",
        "brand_new has no test: nothing is called test_hook_brand_new",
    ]


def reference_page(file: Path, *options: str) -> None:
    reference.reference([str(file), *options], standalone_mode=False)


def test_the_reference_of_hooks_kinds_and_names_is_current():
    """Of names too: whoever changes one sees that others rely on it."""
    docs = PAGE.parent.parent
    reference_page(PAGE, "--kinds", str(PAGE.with_name("kinds.md")), "--names", str(docs / "names.md"), "--check")


def test_a_stale_hook_reference_is_reported(tmp_path):
    with pytest.raises(click.ClickException, match="is not current"):
        reference_page(tmp_path / "hooks.md", "--check")
    reference_page(tmp_path / "hooks.md")
    with pytest.raises(click.ClickException, match=r"kinds\.md is not current"):
        reference_page(tmp_path / "hooks.md", "--kinds", str(tmp_path / "kinds.md"), "--check")
    assert (tmp_path / "hooks.md").read_text() == PAGE.read_text()


DOORBELL = """
import asyncio

class Deaf:
    def __init__(self):
        self.rung = []
    async def ring(self, queue):
        self.rung.append(queue)
    async def listen(self, queues, heard):
        await asyncio.Event().wait()
    async def close(self): ...

@hookimpl
def job_doorbell(settings):
    return Deaf()
"""


async def test_hook_job_doorbell(site, tmp_path, sqlite_url, account):
    """The first plugin that brings one is used; losing all its rings costs time, never a job."""
    site.install("zulu", DOORBELL, manifest="requires=('setlist',)")
    song = {"title": "So What", "duration_s": 545}
    new = {"title": "Summer", "venue": "Quay 9", "played_on": "2027-06-01", "songs": [song]}
    async with make_app(tmp_path, sqlite_url) as app, open_api(app, account.account) as api:
        made = (await api.post("/api/setlist/setlists", json=new)).json()
        begun = (await api.post(f"/api/setlist/setlists/{made['id']}/fill")).json()
        assert app.doorbell.rung == ["default"]
        await drain(app)
        assert (await api.get(f"/api/core/jobs/{begun['job']}")).json()["state"] == "done"


POST_OFFICE = """
class PostOffice:
    def __init__(self):
        self.sent = []
    async def send(self, mail):
        self.sent.append(mail)
    async def close(self): ...

@hookimpl
def mail_transport(settings):
    return PostOffice()
"""


async def test_hook_mail_transport(site, tmp_path, sqlite_url):
    """A plugin that brings a provider carries every email."""
    site.install("zulu", POST_OFFICE, manifest="requires=('setlist',)")
    new = {
        "email": "nova@example.org",
        "password": "tall giraffes sip cold tea",
        "name": "Nova",
        "born_on": "2000-01-01",
    }
    async with make_app(tmp_path, sqlite_url) as app, open_api(app) as api:
        assert (await api.post("/api/core/registration", json=new)).status_code == 202
        await drain(app)
        assert [mail.to for mail in app.mail.sent] == ["nova@example.org"]


SERVICES = """
from contextlib import asynccontextmanager

told = []

@asynccontextmanager
async def watching(ctx):
    told.append("open")
    yield
    told.append("closed")

def cannot_start(ctx):
    raise OSError("the port is taken")

@hookimpl
def register_services():
    return [Service("broken", cannot_start), Service("watcher", watching)]
"""


async def test_hook_register_services(site, tmp_path, sqlite_url):
    """Services are open while a process works; one that cannot start takes no other with it."""
    package = site.install("zulu", SERVICES)
    async with make_app(tmp_path, sqlite_url) as app:
        told = app.registry.plugins["zulu"].module.told
        async with with_services(app):
            assert told == ["open"], package
        assert told == ["open", "closed"]


DATASETS = """
class Row(Struct):
    day: str

@hookimpl
def register_datasets():
    return [Dataset(name="NAME", version=1, title="Days", row=Row)]
"""


async def test_hook_register_datasets(site, tmp_path, sqlite_url):
    """A dataset is its family's, and has one owner."""
    site.install("zulu", DATASETS.replace("NAME", "zulu.days"))
    site.install("yankee", DATASETS.replace("NAME", "zulu.days"))
    async with make_app(tmp_path, sqlite_url) as app:
        assert app.offers.datasets["zulu.days"].title == "Days", app.registry.plugins["zulu"].reason
        assert "'zulu.days' is not its own" in (app.registry.plugins["yankee"].reason or "")


SEARCHABLES = """
from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

class FAMILYSong(Owned, Table):
    __tablename__ = "FAMILY_song"
    title: Mapped[str] = mapped_column(String(50))

@hookimpl
def register_tables():
    return [FAMILYSong]

@hookimpl
def register_searchables():
    return [Searchable(name="FAMILY.song", kind="Song", icon="music", permission="plugin.read", model=FAMILYSong,
                       select=SELECT, title="{title}", path="/songs/{id}")]
"""


@pytest.mark.parametrize(
    ("select", "fault"),
    [
        ("select(FAMILYSong.id, FAMILYSong.title)", None),
        ("select(FAMILYSong.id)", "its select has no 'title'; it has id"),
        ("select(FAMILYSong.title)", "its select has no 'id'; it has title"),
    ],
)
async def test_hook_register_searchables(site, tmp_path, sqlite_url, select, fault):
    """What was declared is found; a declaration that can't be used switches its plugin off, and says why."""
    family = f"songs{len(select)}"
    source = SEARCHABLES.replace("SELECT", select).replace("FAMILY", family)
    site.install(family, source)
    with closing(sqlite3.connect(tmp_path / "maxbooster.db")) as database:
        database.execute(f"CREATE TABLE {family}_song (account_id, id, title, PRIMARY KEY (account_id, id))")
    async with make_app(tmp_path, sqlite_url) as app:
        plugin = app.registry.plugins[family]
        if fault is not None:
            assert plugin.state == "broken"
            assert fault in plugin.reason
            return
        [model] = [each for each in app.offers.tables if each.__tablename__ == f"{family}_song"]
        nova = await make_person(app, "nova@example.org")
        async with app.unit(Identity(nova.account, nova.user, frozenset({"*"}))) as ctx:
            ctx.add(model(title="Étude in C"))
        async with open_browser(app) as browser:
            await browser.log_in(nova)
            answer = await browser.get("/api/core/search", params={"words": "etude"})
            assert [(each["title"], each["icon"]) for each in answer.json()] == [("Étude in C", "music")]


SEARCH = """
@hookimpl
async def search(ctx, query):
    if query == "break":
        raise RuntimeError("the index is gone")
    if query == "nonsense":
        return ["not a result"]
    return [SearchResult(title=f"{query} {n}", kind="Song", path=f"/songs/{n}", icon="music", permission=PERMISSION)
            for n in range(20)]
"""


async def test_hook_search(site, tmp_path, sqlite_url):
    """At most eight of a plugin; one that breaks or answers nonsense leaves the others alone; permissions count."""
    site.install("songs", SEARCH.replace("PERMISSION", "''"))
    site.install("hidden", SEARCH.replace("PERMISSION", "'user.control'"))
    async with make_app(tmp_path, sqlite_url) as app:
        nova = await make_person(app, "nova@example.org")
        async with open_browser(app) as browser:
            await browser.log_in(nova)

            async def found(words):
                answer = await browser.get("/api/core/search", params={"words": words})
                assert answer.status_code == 200, answer.text
                return [each["title"] for each in answer.json() if each["kind"] == "Song"]

            assert await found("  halo  moon ") == [f"halo moon {n}" for n in range(8)]
            assert await found("break") == []
            assert await found("nonsense") == []
