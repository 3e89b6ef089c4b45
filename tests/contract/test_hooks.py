"""A hook without a docstring, a documented example, a first-party user or a test does not exist (X-05)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType, SimpleNamespace

import click
import pytest

from maxbooster.plugin import hookspec
from maxbooster.plugins import hookspecs, reference
from maxbooster.plugins.registry import load
from maxbooster.testing import drain, make_app, make_person, open_api, open_browser, with_services

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "plugins" / "hooks.md"
EXAMPLES = (
    "maxbooster.jobs.redis_doorbell",
    "maxbooster_setlist.plugin",
    "maxbooster_setlist.demo",
    "maxbooster_billing.plugin",
    "maxbooster_billing.bank_transfer.plugin",
    "maxbooster_billing.test_provider.plugin",
    "maxbooster_sandbox.plugin",
    "maxbooster_distribution.plugin",
    "maxbooster_distribution.outlets.spotify",
)


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
    chosen = [option for example in EXAMPLES for option in ("--examples", example)]
    reference.reference([str(file), *chosen, *options], standalone_mode=False)


def test_the_hook_reference_is_current():
    reference_page(PAGE, "--check")


def test_a_stale_hook_reference_is_reported(tmp_path):
    with pytest.raises(click.ClickException, match="is not current"):
        reference_page(tmp_path / "hooks.md", "--check")
    reference_page(tmp_path / "hooks.md")
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


async def test_hook_job_doorbell(site, tmp_path, account):
    """The first plugin that brings one is used; losing all its rings costs time, never a job."""
    site.install("zulu", DOORBELL, manifest="requires=('setlist',)")
    song = {"title": "So What", "duration_s": 545}
    new = {"title": "Summer", "venue": "Quay 9", "played_on": "2027-06-01", "songs": [song]}
    async with make_app(tmp_path, f"sqlite:///{tmp_path}/one.db") as app, open_api(app, account.account) as api:
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


async def test_hook_mail_transport(site, tmp_path):
    """A plugin that brings a provider carries every letter."""
    site.install("zulu", POST_OFFICE, manifest="requires=('setlist',)")
    new = {
        "email": "nova@example.org",
        "password": "tall giraffes sip cold tea",
        "name": "Nova",
        "born_on": "2000-01-01",
    }
    async with make_app(tmp_path, f"sqlite:///{tmp_path}/one.db") as app, open_api(app) as api:
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


async def test_hook_register_services(site, tmp_path):
    """Services are open while a process works; one that cannot start takes no other with it."""
    package = site.install("zulu", SERVICES)
    async with make_app(tmp_path, f"sqlite:///{tmp_path}/one.db") as app:
        told = app.registry.plugins["zulu"].module.told
        async with with_services(app):
            assert told == ["open"], package
        assert told == ["open", "closed"]


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


async def test_hook_search(site, tmp_path):
    """At most eight of a plugin; one that breaks or answers nonsense leaves the others alone; permissions count."""
    site.install("songs", SEARCH.replace("PERMISSION", "''"))
    site.install("hidden", SEARCH.replace("PERMISSION", "'user.control'"))
    async with make_app(tmp_path, f"sqlite:///{tmp_path}/one.db") as app:
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
